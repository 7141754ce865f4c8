#!/usr/bin/perl
# Calls that have no place here. Comments and strings are not looked at.
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

# Where bytes may be secret, they are compared in constant time (base/secret.h).
my $secret_floors = qr{src/(?:crypto|domain|store|flow|web|ctl)/};

my %found = map { $_ => [] } keys %banned, 'memcmp on secrets';

sub code_of {
	my ($file) = @_;
	open my $in, '<', $file or die "$file: $!";
	local $/;
	my $text = <$in>;
	# What is cut keeps its line ends, so that numbers stay right.
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
			if $file =~ $secret_floors && $line =~ /\bb?(?:memcmp|strcmp|strncmp|bcmp)\s*\(/;
	}
} }, "$top/src");

my $n = 0;
for my $name (sort keys %found) {
	$n++;
	print @{$found{$name}} ? 'not ' : '', "ok $n - no $name\n";
	print "# $_\n" for @{$found{$name}};
}
print "1..$n\n";
