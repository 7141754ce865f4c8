#!/usr/bin/perl
# No source file has a banned call. Comments and strings are skipped.
use strict;
use warnings;
use File::Basename qw(dirname);
use File::Find;

my $top = $ENV{COUNTERSIGN_TOP} || dirname($0) . '/../..';

my %banned = (
	'unbounded copies' => qr/\b(?:strcpy|strcat|sprintf|vsprintf|gets|stpcpy|strncpy|strncat|strlcpy|strlcat)\s*\(/,
	'strtok' => qr/\bstrtok(?:_r)?\s*\(/,
	'numbers without errors' => qr/\b(?:atoi|atol|atoll|atof|sscanf|scanf|fscanf)\s*\(/,
	'alloca' => qr/\balloca\s*\(/,
	'a shell' => qr/\b(?:system|popen)\s*\(/,
	'temporary names' => qr/\b(?:mktemp|tmpnam|tempnam)\s*\(/,
	'libc randomness' => qr/\b(?:rand|srand|random|srandom|drand48)\s*\(/,
);

# These layers hold secrets, which base/secret.h compares in constant time.
my $secret_layers = qr{src/(?:crypto|domain|store|flow|web|ctl)/};

my %found = map { $_ => [] } keys %banned, 'memcmp on secrets';

sub code_of {
	my ($file) = @_;
	open my $in, '<', $file or die "$file: $!";
	local $/;
	my $text = <$in>;
	# Line ends are kept, so that line numbers stay right.
	$text =~ s{(/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')}{(my $x = $1) =~ tr/\n//cd; $x}gse;
	return split /\n/, $text;
}

find({ no_chdir => 1, wanted => sub {
	return if !/\.[ch]$/;
	my ($file, $number) = ($_, 0);
	for my $line (code_of($file)) {
		$number++;
		for my $name (keys %banned) {
			push @{$found{$name}}, "$file:$number: $line" if $line =~ $banned{$name};
		}
		push @{$found{'memcmp on secrets'}}, "$file:$number: $line"
			if $file =~ $secret_layers && $line =~ /\bb?(?:memcmp|strcmp|strncmp|bcmp)\s*\(/;
	}
} }, "$top/src");

my $n = 0;
for my $name (sort keys %found) {
	$n++;
	print @{$found{$name}} ? 'not ' : '', "ok $n - no $name\n";
	print "# $_\n" for @{$found{$name}};
}
print "1..$n\n";
