#!/usr/bin/perl
# In the documents every link leads to a file and heading that exist, and every path in
# backticks exists.
use strict;
use warnings;
use File::Basename qw(dirname);
use File::Find;

my $top = $ENV{COUNTERSIGN_TOP} || dirname($0) . '/../..';
chdir $top or die "$top: $!";

sub text_of {
	my ($file) = @_;
	open my $in, '<:encoding(UTF-8)', $file or die "$file: $!";
	local $/;
	return scalar <$in>;
}

# Returns what can follow the # in a link, as GitHub makes it of the headings.
sub targets {
	my ($text) = @_;
	my %targets;
	while ($text =~ /^#+ +(.*?) *$/mg) {
		my $target = lc $1;
		$target =~ s/[^\w\- ]//g;
		$target =~ s/ /-/g;
		$targets{$target} = 1;
	}
	return \%targets;
}

my (@documents, @links, @paths);
find({ no_chdir => 1, wanted => sub {
	push @documents, $_ =~ s{^\./}{}r if /\.md$/;
	$File::Find::prune = 1 if m{^\./(?:build|var|\.git|tests/node_modules)$};
} }, '.');

for my $document (sort @documents) {
	my ($text, $folder) = (text_of($document), dirname($document));
	while ($text =~ /\]\(([^)\s]*)\)/g) {
		my ($path, $target) = split /#/, $1, 2;
		next if $path =~ /^[a-z]+:/;
		my $file = $path eq '' ? $document : "$folder/$path";
		if (!-e $file) {
			push @links, "$document: $path is not there";
		} elsif (defined $target && $file =~ /\.md$/ && !targets(text_of($file))->{$target}) {
			push @links, "$document: $path has no heading #$target";
		}
	}
	# Names in capitals are placeholders.
	while ($text =~ /`(?:\.\/check )?((?:[\w.-]+\/)+[\w.-]+\.[a-z]\w*)(?::[^`]*)?`/g) {
		my $path = $1;
		next if $path =~ m{(?:^|[/_.-])[A-Z]{2,}(?:[/_.-]|$)} || $path =~ m{^\d|^[a-z]+\.|^(?:build|var)/};
		push @paths, "$document: $path is not there" if !grep { -e "$_/$path" } '.', $folder, 'src';
	}
	# Commands in code blocks name tests.
	while ($text =~ /(?<=[ "])(tests\/[\w\/.-]+\.(?:t|c|sql))\b/g) {
		push @paths, "$document: $1 is not there" if $1 !~ /[A-Z]{2,}/ && !-e $1;
	}
}

my $n = 0;
for (['links lead to files and headings', \@links], ['paths that are named are there', \@paths]) {
	my ($name, $found) = @$_;
	$n++;
	print @$found ? 'not ' : '', "ok $n - $name\n";
	print "# $_\n" for @$found;
}
$n++;
print @documents > 5 ? '' : 'not ', "ok $n - documents were found\n1..$n\n";
