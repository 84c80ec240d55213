#!/bin/sh
# parity.sh - runs SpamAssassin and mailweir over one corpus and compares.
# SPDX-License-Identifier: GPL-2.0-or-later
#
# parity.sh PARITY-HITS FOLDER [EVERY]: FOLDER holds corpus/SET/*.eml and keeps
# what SpamAssassin has said, which takes most of the time, for later runs.
# EVERY: only one message of so many (default 1). RULES: SpamAssassin's rules.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
hits=$1
folder=$2
every=${3:-1}
rules=${RULES:-/usr/share/spamassassin}
cd "$folder"

# The rules and the program that an answer of SpamAssassin stands for.
edition=$( (cat "$rules"/*.cf "$here/sa-hits.pl"
    perl -MMail::SpamAssassin -e 'print Mail::SpamAssassin::Version()') |
    sha256sum | cut -c 1-16)
cache=sa-hits.$edition
find corpus -name '*.eml' | LC_ALL=C sort >all.list
awk -v every="$every" 'NR % every == 1 % every' all.list >run.list

# Messages that SpamAssassin has not seen yet.
touch "$cache"
cut -f 1 "$cache" | LC_ALL=C sort >seen.list
LC_ALL=C comm -23 run.list seen.list >new.list
perl "$here/sa-hits.pl" hits <new.list >>"$cache"
awk -F '\t' 'NR == FNR { want[$1] = 1; next } $1 in want' run.list "$cache" \
    >sa-hits.tsv
perl "$here/sa-hits.pl" rules >sa-rules.tsv

"$hits" rules "$rules" >rules.tsv
"$hits" load "$rules"
"$hits" hits "$rules" <run.list >hits.tsv
"$hits" hits starter <run.list >starter.tsv

# Its own text of some messages.
views=views.$edition
awk 'NR % 40 == 1' all.list >views.list
if [ ! -e "$views/done" ]; then
	mkdir -p "$views"
	perl "$here/sa-hits.pl" views "$views" <views.list
	touch "$views/done"
fi
awk -v views="$views" '{ printf "%s/%06d\n", views, NR - 1 }' views.list |
    "$hits" views "$rules" >views.tsv
awk -F '\t' -v OFS='\t' -v views="$views" '
    NR == FNR { name[$1] = sprintf("%s/%06d", views, NR - 1); next }
    $1 in name { $1 = name[$1]; print }' views.list "$cache" >sa-views.tsv

# Speed: both now, on the same messages.
awk 'NR % 30 == 7' all.list >speed.list
perl "$here/sa-hits.pl" hits <speed.list >sa-speed.tsv
"$hits" hits "$rules" <speed.list >speed.tsv

exec python3 "$here/compare.py" .
