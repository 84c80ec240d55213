#!/usr/bin/perl
# sa-hits.pl - which rules real SpamAssassin hits: the judge of parity.
# SPDX-License-Identifier: GPL-2.0-or-later
#
# sa-hits.pl rules               the rules that it runs, and their scores
# sa-hits.pl hits <LIST          one line a message: path, score, milliseconds
#                                of CPU, hits (sub-rules too, by commas)
# sa-hits.pl views DIR <LIST     SpamAssassin's own views of each message, in
#                                DIR, one file a message, in the order of LIST
#
# LIST holds one path a line. Local tests only; no statistics, no lists that
# learn. Separated by tabs; paths hold none.
use strict;
use warnings;

use Mail::SpamAssassin;
use Mail::SpamAssassin::PerMsgStatus;
use Time::HiRes qw(clock_gettime CLOCK_PROCESS_CPUTIME_ID);

my ($verb, $dir) = @ARGV;
die "usage: sa-hits.pl rules|hits|views [DIR] <LIST\n"
    unless defined $verb && $verb =~ /^(?:rules|hits|views)$/;

my $sa = Mail::SpamAssassin->new({
	dont_copy_prefs => 1,
	local_tests_only => 1,
	userprefs_filename => '/dev/null',
	post_config_text => "use_bayes 0\nuse_auto_welcomelist 0\n" .
	    "use_txrep 0\n",
});
$sa->init(1);

sub read_message {
	my ($path) = @_;

	open my $file, '<:raw', $path or die "$path: $!\n";
	local $/;
	return scalar <$file>;
}

sub cpu_ms {
	return 1000 * clock_gettime(CLOCK_PROCESS_CPUTIME_ID);
}

sub print_hits {
	my ($path) = @_;
	my $text = read_message($path);
	my $start = cpu_ms();
	my $message = $sa->parse(\$text);
	my $status = $sa->check($message);
	my $ms = cpu_ms() - $start;
	my %hits;

	$hits{$_} = 1 for grep { length }
	    split(/,/, $status->get_names_of_tests_hit() // ''),
	    split(/,/, $status->get_names_of_subtests_hit('') // '');
	printf "%s\t%.3f\t%.1f\t%s\n", $path, $status->get_score(), $ms,
	    join(',', sort keys %hits);
	$status->finish();
	$message->finish();
}

# "kind key length\n" and so many octets, then a line end. Kinds: B, R: a line
# of body and rawbody; U: a URI; F: the message; H: what a header rule asks for.
sub record {
	my ($out, $kind, $key, $value) = @_;

	utf8::encode($value) if utf8::is_utf8($value);
	printf $out "%s %s %d\n%s\n", $kind, $key, length $value, $value;
}

sub write_views {
	my ($path, $name, $requests) = @_;
	my $text = read_message($path);
	my $message = $sa->parse(\$text);
	my $status = Mail::SpamAssassin::PerMsgStatus->new($sa, $message);

	open my $out, '>:raw', $name or die "$name: $!\n";
	$status->{deadline_exceeded} = 0;
	$status->extract_message_metadata();
	record($out, 'B', '-', $_)
	    for @{$status->get_decoded_stripped_body_text_array()};
	record($out, 'R', '-', $_)
	    for @{$status->get_decoded_body_text_array()};
	record($out, 'U', '-', $_) for sort $status->get_uri_list();
	record($out, 'F', '-', $message->get_pristine());
	for my $request (@$requests) {
		my @values = $status->get($request);

		record($out, 'H', $request, join('', @values)) if @values;
	}
	close $out or die "$name: $!\n";
	$status->finish();
	$message->finish();
}

# A rule without a score has one; one whose score is 0 is not run.
sub print_rules {
	my $conf = $sa->{conf};

	for my $name (sort keys %{$conf->{test_types}}) {
		my $score = $conf->{scores}{$name} // 0;

		print "$name\t$score\n" if $score != 0;
	}
}

$| = 1;
$sa->compile_now(0, 0);
if ($verb eq 'rules') {
	print_rules();
} elsif ($verb eq 'hits') {
	while (my $path = <STDIN>) {
		chomp $path;
		print_hits($path);
	}
} else {
	my %requests = map { $_ => 1 } grep { length }
	    values %{$sa->{conf}{test_opt_header}};
	my @requests = sort keys %requests;
	my $n = 0;

	while (my $path = <STDIN>) {
		chomp $path;
		write_views($path, sprintf('%s/%06d', $dir, $n++), \@requests);
	}
}
