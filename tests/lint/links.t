#!/usr/bin/perl
# The documents lead somewhere: links between files and their headings, and the
# paths that are named in backticks.
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

# The anchors of a document, as GitHub makes them of its headings.
sub anchors {
	my ($text) = @_;
	my %anchors;
	while ($text =~ /^#+ +(.*?) *$/mg) {
		my $anchor = lc $1;
		$anchor =~ s/[^\w\- ]//g;
		$anchor =~ s/ /-/g;
		$anchors{$anchor} = 1;
	}
	return \%anchors;
}

my (@documents, @links, @paths);
my $folders = 'api|docs|example|nginx|sql|src|static|systemd|templates|tests|tools';
find({ no_chdir => 1, wanted => sub {
	push @documents, $_ =~ s{^\./}{}r if /\.md$/;
	$File::Find::prune = 1 if m{^\./(?:build|var|\.git|tests/node_modules)$};
} }, '.');

for my $document (sort @documents) {
	my ($text, $folder) = (text_of($document), dirname($document));
	while ($text =~ /\]\(([^)\s]*)\)/g) {
		my ($path, $anchor) = split /#/, $1, 2;
		next if $path =~ /^[a-z]+:/;
		my $file = $path eq '' ? $document : "$folder/$path";
		if (!-e $file) {
			push @links, "$document: $path is not there";
		} elsif (defined $anchor && $file =~ /\.md$/ && !anchors(text_of($file))->{$anchor}) {
			push @links, "$document: $path has no heading #$anchor";
		}
	}
	# Names in capitals stand for others, and so do patterns.
	while ($text =~ /`(?:\.\/check )?((?:[\w.-]+\/)+[\w.-]+\.[a-z]\w*)(?::[^`]*)?`/g) {
		my $path = $1;
		next if $path =~ m{(?:^|[/_.-])[A-Z]{2,}(?:[/_.-]|$)} || $path =~ m{^\d|^[a-z]+\.|^var/};
		push @paths, "$document: $path is not there" if !grep { -e "$_/$path" } '.', $folder, 'src';
	}
	# Commands name tests.
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
