# tests/mta/lib.sh - for tests that talk to a real mail server (sourced).
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# A test begins with:   . "$G_TEST_SRCDIR/mta/lib.sh"
#                       mta_enter "$0" postfix,swaks
# and goes on as root on a machine of its own (see enter), with $work a
# directory that is removed at its end; mailweir is installed there in
# /usr/local as make install does it. Its end is:   mta_done

mta=$G_TEST_SRCDIR/mta
n=0

# mta_enter SCRIPT PACKAGE[,PACKAGE...]: runs SCRIPT again, inside.
mta_enter() {
	if [ "${MTA_INSIDE:-}" != yes ]; then
		status=0
		# shellcheck disable=SC2094 # the inner one is another process
		reason=$(mktemp)
		"$mta/enter" "$2" sh "$1" 2>"$reason" || status=$?
		[ "$status" -ne 77 ] ||
		    echo "1..0 # SKIP $(tail -n 1 "$reason")"
		[ "$status" -eq 0 ] || [ "$status" -eq 77 ] || cat "$reason" >&2
		rm -f "$reason"
		[ "$status" -eq 77 ] && exit 0
		exit "$status"
	fi
	work=$(mktemp -d)
	chmod 755 "$work"
	trap 'rm -rf "$work"' EXIT
	make -s -C "$(dirname "$MAILWEIR")" install prefix=/usr/local \
	    >"$work/install.log" 2>&1 || mta_bail "make install" \
	    "$work/install.log"
}

# mta_bail REASON [FILE...]
mta_bail() {
	echo "Bail out! $1"
	shift
	[ $# -eq 0 ] || tail -n 30 "$@" | sed 's/^/# /'
	exit 1
}

mta_done() {
	echo "1..$n"
}

# is NAME WANT GOT
is() {
	n=$((n + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		printf 'want: %s\ngot:  %s\n' "$2" "$3" | sed 's/^/# /'
	fi
}

# wait_for SECONDS COMMAND...: until it succeeds; bounded.
wait_for() {
	tries=$(($1 * 20))
	shift
	until "$@"; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || return 1
		sleep 0.05
	done
}

# listens PORT: whether somebody does, on 127.0.0.1.
listens() {
	grep -qE "^ *[0-9]+: (0100007F|00000000):$(printf '%04X' "$1") .* 0A " \
	    /proc/net/tcp
}

# postfix_start [KEY=VALUE...]: with the package's configuration and what is
# given, on port 25; logs to /var/log/mail.log. Tests reject a lot in a short
# time: what slows such clients down is off unless it is given.
postfix_start() {
	postconf maillog_file=/var/log/mail.log inet_protocols=ipv4 \
	    smtpd_peername_lookup=no smtp_dns_support_level=disabled \
	    in_flow_delay=0 smtpd_error_sleep_time=0 notify_classes= \
	    smtpd_soft_error_limit=100000 smtpd_hard_error_limit=100000 \
	    "$@" || mta_bail postconf
	postfix start >"$work/postfix.log" 2>&1 ||
	    mta_bail 'postfix start' "$work/postfix.log" /var/log/mail.log
	wait_for 20 listens 25 || mta_bail 'no Postfix' /var/log/mail.log
}

postfix_stop() {
	postfix stop >>"$work/postfix.log" 2>&1
}

# --- mailweir ------------------------------------------------------------------

spool=/var/spool/mailweir
worker=
milter=
# shellcheck disable=SC2034 # for the tests
error451='451 4.3.0 Requested action aborted: local error in processing'

# as USER COMMAND...: in USER's groups; takes the place of the shell.
as() {
	user=$1
	shift
	exec setpriv --reuid="$user" --regid="$user" --init-groups "$@"
}

# The user mailweir and its spool, configuration in $work/mailweir.conf.
mailweir_setup() {
	useradd --system --user-group mailweir
	for group; do
		usermod --append --groups "$group" mailweir
	done
	install -d -o mailweir -g mailweir "$spool" "$work/mailweir"
	(as mailweir mailweir spool init "$spool") || mta_bail 'spool init'
	: >"$work/mailweir.conf"
}

worker_start() {
	(as mailweir mailweir work --workers 2 --config "$work/mailweir.conf" \
	    "$spool" 2>"$work/worker.log") &
	worker=$!
	wait_for 60 grep -q '^ready' "$work/worker.log" ||
	    mta_bail 'no worker' "$work/worker.log"
}

worker_stop() {
	kill "$worker"
	wait "$worker"
}

# milter_start SOCKET-FOLDER [OPTION...]: SOCKET-FOLDER/milter.sock, for the
# group of the folder's name, as documented.
milter_start() {
	folder=$1
	shift
	install -d -o mailweir -g postfix -m 750 "$folder"
	(as mailweir mailweir-milter --listen "unix:$folder/milter.sock" \
	    --group postfix --spool "$spool" \
	    --config "$work/mailweir.conf" "$@" 2>"$work/milter.log") &
	milter=$!
	wait_for 20 grep -q '^ready' "$work/milter.log" ||
	    mta_bail 'no milter' "$work/milter.log"
}

milter_stop() {
	kill "$milter"
	wait "$milter"
}

# What lies in the spool, but for locks and the like.
spool_files() {
	(cd "$spool" && find tmp msg incoming active verdict -type f)
}

# send [OPTION...] FILE...: what the client reads at the end of DATA.
send() {
	python3 "$mta/smtp.py" "$@" 2>&1
}
