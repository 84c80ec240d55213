# tests/mta/lib.sh - for tests that talk to a real mail server (sourced).
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# A test begins with:   . "$G_TEST_SRCDIR/mta/lib.sh"
#                       mta_enter "$0" postfix,swaks
# and goes on as root on a machine of its own (see enter), with $work a
# directory that is removed at its end; mailweir is installed there in
# /usr as make install does it. Its end is:   tap_done

# shellcheck source=tests/tap.sh
. "$G_TEST_SRCDIR/tap.sh"
mta=$G_TEST_SRCDIR/mta

# mta_run SCRIPT PACKAGE[,PACKAGE...]: runs SCRIPT inside; where that cannot be,
# prints the plan of a test that is skipped.
mta_run() {
	status=0
	reason=$(mktemp)
	"$mta/enter" "$2" sh "$1" 2>"$reason" </dev/null || status=$?
	case $status in
	0) ;;
	77)
		echo "1..0 # SKIP $(tail -n 1 "$reason")"
		status=0
		;;
	*) cat "$reason" >&2 ;;
	esac
	rm -f "$reason"
	return "$status"
}

# mta_enter SCRIPT PACKAGE[,PACKAGE...]: runs SCRIPT again, inside.
mta_enter() {
	if [ "${MTA_INSIDE:-}" != yes ]; then
		mta_run "$1" "$2"
		exit
	fi
	work=$(mktemp -d)
	chmod 755 "$work"
	trap 'rm -rf "$work"' EXIT
	mta_install
}

mta_install() {
	install_log=$(mktemp)
	make -s -C "$(dirname "$MAILWEIR")" install prefix=/usr \
	    >"$install_log" 2>&1 || bail_out 'make install' "$install_log"
	rm -f "$install_log"
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
	    "$@" || bail_out postconf
	postfix start >"$work/postfix.log" 2>&1 ||
	    bail_out 'postfix start' "$work/postfix.log" /var/log/mail.log
	wait_for 20 listens 25 || bail_out 'no Postfix' /var/log/mail.log
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
	(as mailweir mailweir spool init "$spool") || bail_out 'spool init'
	: >"$work/mailweir.conf"
}

worker_start() {
	(as mailweir mailweir work --workers 2 --config "$work/mailweir.conf" \
	    "$spool" 2>"$work/worker.log") &
	worker=$!
	wait_for 60 grep -q '^ready' "$work/worker.log" ||
	    bail_out "no worker" "$work/worker.log"
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
	    bail_out 'no milter' "$work/milter.log"
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

# The supervisor's side of the protocol with any answer: see fake-worker.py.
fake_start() {
	install -d -o mailweir "$work/seen"
	(as mailweir python3 "$mta/fake-worker.py" "$spool" "$work/seen" \
	    >"$work/fake.log" 2>&1) &
	worker=$!
	wait_for 20 grep -q '^ready' "$work/fake.log" ||
	    bail_out 'no fake worker' "$work/fake.log"
}

# octets_are_kept MTA: a test for each message of make-octets.py: what is sent
# to MTA, and what is seen in the spool.
octets_are_kept() {
	python3 "$mta/make-octets.py" "$1" "$work/octets" ||
	    bail_out make-octets.py
	for file in "$work"/octets/*.eml; do
		rm -f "$work/seen/message"
		got=$(send "$file")
		name=${file##*/}
		want=$(sha256sum <"${file%.eml}.want")
		is "$1 keeps the octets of ${name%.eml}" "250 ${want%% *}" \
		    "${got%% *} $(python3 "$mta/make-octets.py" "$1" --digest \
		    "$work/seen/message")"
	done
}

# The same, when the reply comes within a second; one of three times, for the
# machine may be busy with other things.
send_impatiently() {
	# shellcheck disable=SC2034 # only counts
	for try in 1 2 3; do
		got=$(send --patience 1 "$@")
		[ "${got#lost}" != "$got" ] || break
	done
	echo "$got"
}

# Messages for the tests, in $work, and a configuration for them.
messages_make() {
	samples=$G_TEST_SRCDIR/../samples
	head='From: a@sender.example\r\nMessage-Id: <1@sender.example>\r\n'
	head=$head'Date: Tue, 24 Nov 2026 12:00:00 +0000\r\n'
	printf 'Subject: hello\r\n%b\r\nNothing wrong.\r\n' "$head" \
	    >"$work/clean.eml"
	cp "$samples/2-by-name.eml" "$work/illegal.eml"
	base64 -d "$samples/5-virus.eml.b64" >"$work/virus.eml"
	printf 'Subject: hello\r\n%b\r\na suspicious-test-phrase\r\n' "$head" \
	    >"$work/suspect.eml"
	{
		printf 'Subject: big\r\n%b\r\n' "$head"
		yes "$(printf '%0990d\r' 0)" | head -n 50500
	} >"$work/50M.eml"
	cat "$work/50M.eml" "$work/50M.eml" | head -c 72000000 \
	    >"$work/too-big.eml"
	printf '%b' 'MIME-Ambiguity-Results: forged; one\r\n' \
	    'mime-ambiguity-results: forged;\r\n two\r\n' \
	    'MIME-AMBIGUITY-RESULTS : forged; three\r\n' \
	    'Subject: forged\r\n' "$head" \
	    'MIME-Ambiguity-Results:\r\n\tforged; four\r\n\r\nx\r\n' \
	    >"$work/forged.eml"
	printf 'Subject: dots\r\n%b\r\n.\r\n..\r\n.a\r\nend\r\n' "$head" \
	    >"$work/dotted.eml"
	mkdir "$work/rules"
	printf 'body TEST_SUSPECT /suspicious-test-phrase/\n%s\n' \
	    'score TEST_SUSPECT 7' >"$work/rules/test.cf"
	cat >"$work/mailweir.conf" <<CONF
[limits]
max-message-octets = 64M
[policy]
ambiguity-results = mx.example.net
[content]
rules = $work/rules
CONF
}

# says SUBJECT VERDICT [OPTION...]: what the client gets when the fake worker
# answers with VERDICT (its lines separated by |).
says() {
	printf 'Subject: %s\r\nX-Verdict: %s\r\n%b\r\nx\r\n' "$1" "$2" "$head" \
	    >"$work/says-$1.eml"
	message=$work/says-$1.eml
	shift 2
	send "$@" "$message"
}

# A test for each reply that a worker may give, and for some it must not.
replies_are_checked() {
	long=$(printf '%0490d' 0)
	# shellcheck disable=SC2016 # what looks like a variable is none
	for reply in '550 5.7.1 DT:SPM' '450 4.7.1 DT:SPM' \
	    '552 5.7.0 Illegal Attachment' \
	    '554 5.6.0 100% sure, %s %d %% <"> \ $x `y` ${z}' \
	    "550 5.7.1 $long"; do
		verdict=reject
		[ "${reply#4}" = "$reply" ] || verdict=defer
		is "as it is: $(echo "$reply" | cut -c 1-50)" "$reply" \
		    "$(says reply "Action: $verdict|Reply: $reply")"
	done
	while read -r reply; do
		is "451 instead of: $(echo "$reply" | cut -c 1-50)" \
		    "$error451" "$(says reply "$reply")"
	done <<REPLIES
Action: reject|Reply: 550 4.7.1 classes differ
Action: reject|Reply: 450 4.7.1 is no refusal
Action: defer|Reply: 550 5.7.1 is no deferral
Action: defer|Reply: 421 4.7.0 ends the session
Action: reject|Reply: 250 2.0.0 Ok
Action: accept|Reply: 550 5.7.1 but
Action: reject
Action: reject|Reply: 550 5.7.1 $(printf 'a\001b')
Action: reject|Reply: 550 5.7.1 é
Action: reject|Reply: 550 5.7.1 1$long
Action: reject|Reply: 550 5.7.1 $long$long$long$long
Action: reject|Reply: 550 5.7.1
Action: reject|Reply: 550 no enhanced status code
Action: perhaps
REPLIES
}

# seen KEY: a value of the last envelope that the fake worker has seen.
seen() {
	sed -n "s/^$1: //p" "$work/seen/envelope"
}

envelope_is_kept() {
	send --from '' "$work/clean.eml" >"$work/answer"
	is 'the null reverse-path is in the envelope' 1 \
	    "$(grep -cx 'Sender: *' "$work/seen/envelope")"
	is 'and what else is known' \
	    "127.0.0.1 client.example.org inbox@mx.example.net $(
	        wc -c <"$work/seen/message")" \
	    "$(seen Client-Address) $(seen Helo) $(seen Recipient) $(
	        seen Size)"
}

each_reply_is_exact() {
	got=$(send "$work/clean.eml")
	is 'a clean message is accepted' 250 "${got%% *}"
	is 'an illegal attachment' '552 5.7.0 Illegal Attachment' \
	    "$(send "$work/illegal.eml")"
	is 'a virus' '550 5.7.1 DT:SPM' "$(send "$work/virus.eml")"
	is 'suspect content' '450 4.7.1 DT:SPM' "$(send "$work/suspect.eml")"
	is 'a message over the limit' "552 5.3.4 Requested mail action$(:
	    ) aborted: exceeded mailsize limit" "$(send "$work/too-big.eml")"
}

# many_replies_are_right N: each of 20 sessions sends five messages, N times.
many_replies_are_right() {
	send --sessions 20 --count "$1" "$work/illegal.eml" "$work/clean.eml" \
	    "$work/virus.eml" "$work/suspect.eml" "$work/clean.eml" |
	    cut -c 1-3 | sort | uniq -c | sed 's/^ *//' >"$work/many"
	is "$((100 * $1)) messages in 20 sessions: every reply is right" \
	    "$((40 * $1)) 250, $((20 * $1)) 450, $((20 * $1)) 550, $((20 * $1
	    )) 552" "$(paste -sd, "$work/many" | sed 's/,/, /g')"
}

spool_is_empty() {
	[ -z "$(spool_files)" ]
}

claimed() {
	[ -n "$(ls "$spool/active")" ]
}

# The fake worker recovers nothing after it was left in the lurch.
forget_claimed() {
	rm -f "$spool"/active/*
}

forget_all() {
	rm -f "$spool"/active/* "$spool"/incoming/* "$spool"/msg/* \
	    "$spool"/tmp/*
}

delivered() {
	[ -n "$(ls "/home/$1/Maildir/new" 2>/dev/null)" ]
}

# --- Exim ------------------------------------------------------------------------

# With the package's configuration, as its debconf would make it for a site that
# gets mail from everywhere, on port 25.
exim_start() {
	sed -i "s/^dc_eximconfig_configtype=.*/dc_eximconfig_configtype='internet'/
	    s/^dc_localdelivery=.*/dc_localdelivery='maildir_home'/" \
	    /etc/exim4/update-exim4.conf.conf
	update-exim4.conf >"$work/exim.log" 2>&1 ||
	    bail_out update-exim4.conf "$work/exim.log"
	install -d -o Debian-exim -g Debian-exim /run/exim4
	exim4 -bd -q1h -oP /run/exim4/exim.pid >>"$work/exim.log" 2>&1 ||
	    bail_out 'exim4 -bd' "$work/exim.log"
	wait_for 20 listens 25 || bail_out 'no Exim' /var/log/exim4/mainlog
}

exim_stop() {
	kill "$(cat /run/exim4/exim.pid)"
	wait_for 10 is_unheard
}

is_unheard() {
	! listens 25
}

# Whether Exim has a message that it asks about.
busy() {
	[ -n "$(ls /var/spool/exim4/scan)" ]
}

# --- OpenSMTPD -------------------------------------------------------------------

# With /etc/smtpd.conf, on port 25.
opensmtpd_start() {
	smtpd -d >"$work/smtpd.log" 2>&1 &
	smtpd=$!
	wait_for 20 listens 25 || bail_out 'no OpenSMTPD' "$work/smtpd.log"
}

opensmtpd_stop() {
	kill "$smtpd"
	wait "$smtpd"
}
