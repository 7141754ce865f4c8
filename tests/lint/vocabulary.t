#!/usr/bin/perl
# No retired word is in the tree: tests/lint/vocabulary.txt lists them, with what to say instead.
use strict;
use warnings;
use File::Basename qw(dirname);
use File::Find;

my $top = $ENV{COUNTERSIGN_TOP} || dirname($0) . '/../..';
chdir $top or die "$top: $!";

my $list = 'tests/lint/vocabulary.txt';
my (@rules, @allowed, @skipped);
my %words; # the rules of each word

# A glob as a regular expression for a whole path.
sub glob_pattern {
	return join '|', map { my $p = quotemeta; $p =~ s/\\\*/.*/g; "^$p\$" } @_;
}

# "in GLOB... not GLOB...": the two patterns; nothing is everywhere, and nowhere.
sub files_of {
	my (%globs, $key);
	for (split ' ', shift // '') {
		if (/^(in|not)$/) { $key = $_ } else { push @{$globs{$key // die "$list: $_"}}, $_ }
	}
	my ($in, $not) = map { $globs{$_} ? glob_pattern(@{$globs{$_}}) : undef } qw(in not);
	return (in => $in ? qr/$in/ : qr/^/, not => $not ? qr/$not/ : qr/(?!)/);
}

sub list_read {
	open my $in, '<', $list or die "$list: $!";
	while (<$in>) {
		chomp;
		next if /^(?:#.*|\s*)$/;
		my ($head, $what, $say) = split / \| /, $_, 3;
		defined $say or die "$list:$.: three columns are expected";
		my ($kind, $files) = $head =~ /^(\w+)(?: (.*))?$/ or die "$list:$.: what kind is it?";
		my $entry = { what => $what, say => $say, kind => $kind, line => $., files_of($files) };
		if ($kind eq 'allow') { push @allowed, $entry }
		elsif ($kind eq 'skip') { push @skipped, glob_pattern(split ' ', $what) }
		elsif ($kind eq 'phrase') {
			# Between two words of a phrase there may be a line end and the next line's comment sign.
			my $pattern = $what =~ s/\[[^]]*\](*SKIP)(*FAIL)| /(?:[ \\t]+|[ \\t]*\\n[ \\t]*(?:\\*|#|\/\/|--)?[ \\t]*)/gr;
			$entry->{pattern} = qr/$pattern/i;
			push @rules, $entry;
		}
		elsif ($kind =~ /^(?:word|name)$/) {
			push @{$words{$_}}, $entry for split ' ', $what;
			push @rules, $entry;
		}
		else { die "$list:$.: $kind is no kind" }
	}
	close $in;
}

# The files of the clone, or of a release archive.
sub files {
	my @files;
	if (-e '.git') {
		open my $git, '-|', qw(git -c safe.directory=* ls-files --cached --others --exclude-standard) or die "git: $!";
		@files = grep { -f } map { chomp; $_ } <$git>;
		close $git;
	} else {
		find({ no_chdir => 1, wanted => sub {
			$File::Find::prune = 1, return if m{/(?:node_modules|build|build-aux|autom4te\.cache|var)$};
			push @files, s{^\./}{}r if -f && !m{^\./(?:configure|aclocal\.m4|Makefile|config\.|countersign-)|Makefile\.in$};
		} }, '.');
	}
	my $skipped = join '|', @skipped;
	return sort grep { !/$skipped/ && -T } @files;
}

# Blanks without the line ends.
sub blank { return $_[0] =~ tr/\n/ /cr }

# What is an identifier in a text: all of C and JavaScript but comments and strings; the names in tags of a
# template; elsewhere what has an underscore or a hump.
sub identifiers {
	my ($file, $text) = @_;
	if ($file =~ /\.[ch]$|\.js$/ || $text =~ m{^#!/usr/bin/env (?:-S )?node}) {
		$text =~ s{(/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')}{blank($1)}gse;
		return $text;
	}
	if ($file =~ m{^templates/.*\.(?:html|txt)$}) {
		$text =~ s{\{\{!.*?\}\}}{blank($&)}gse;
		$text =~ s{(\G|\}\})(.*?)(\{\{|\z)}{$1 . blank($2) . $3}gse;
		return $text;
	}
	my $identifier = qr/\w*(?:[A-Za-z0-9]_[A-Za-z0-9]|[a-z0-9][A-Z])\w*/;
	$text =~ s{(\w+)}{ my $w = $1; $w =~ /^$identifier$/ ? $w : blank($w) }ge;
	return $text;
}

# The humps of camelCase become words.
sub humps { (my $text = shift) =~ s/([a-z0-9])(?=[A-Z])/$1_/g; return $text }

sub report {
	my ($rule, $file, $line, $found) = @_;
	$found =~ s/\s+/ /g;
	push @{$rule->{found}}, sprintf '%s:%s: "%s": say %s', $file, $line, $found, $rule->{say};
}

sub look {
	my ($file) = @_;
	open my $in, '<', $file or die "$file: $!";
	local $/;
	my $text = <$in> // '';
	for my $entry (grep { $file =~ $_->{in} } @allowed) {
		$entry->{used} += $text =~ s{\Q$entry->{what}\E}{blank($&)}ge;
	}
	my $applies = sub { $file =~ $_[0]{in} && $file !~ $_[0]{not} };
	words_look($file, 'file name', humps($file), 'word', $applies);
	words_look($file, 'file name', humps($file), 'name', $applies);
	words_look($file, undef, humps($text), 'word', $applies);
	words_look($file, undef, humps(identifiers($file, $text)), 'name', $applies);
	for my $rule (grep { $_->{kind} eq 'phrase' && $applies->($_) } @rules) {
		while ($text =~ /$rule->{pattern}/g) {
			my ($at, $found) = ($-[0], $&);
			report($rule, $file, 1 + (substr($text, 0, $at) =~ tr/\n//), $found);
		}
	}
}

# Every word of a text that is not part of a longer one.
sub words_look {
	my ($file, $where, $text, $kind, $applies) = @_;
	my $line = 0;
	for (split /\n/, $text) {
		$line++;
		while (/(?<![A-Za-z0-9])([A-Za-z]+)(?![A-Za-z0-9])/g) {
			my $word = $1;
			for my $rule (@{$words{lc $word} // []}) {
				report($rule, $file, $where // $line, $word) if $rule->{kind} eq $kind && $applies->($rule);
			}
		}
	}
}

list_read();
my @files = files();
die "few files were found\n" if @files < 100;
look($_) for @files;

my $n = 0;
for my $rule (@rules) {
	my $found = $rule->{found} // [];
	my $name = $rule->{kind} eq 'phrase' ? "phrase of line $rule->{line}" : $rule->{what};
	print @$found ? 'not ' : '', 'ok ', ++$n, " - $name: say $rule->{say}\n";
	print "# $_\n" for @$found;
}

my @idle = grep { !$_->{used} } @allowed;
print @idle ? 'not ' : '', 'ok ', ++$n, " - each exemption has a use\n";
print "# $list:$_->{line}: nothing needs it: $_->{what}\n" for @idle;
print "1..$n\n";
