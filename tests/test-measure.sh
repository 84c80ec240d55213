#!/bin/sh
# tests/test-measure.sh - documents of other projects: dangerous or honest.
# SPDX-License-Identifier: GPL-2.0-or-later
# A set beside the source tree: $MAILWEIR_SHARED, else ../shared. Skipped where
# it is absent. tests/measure/README says what is counted.
set -u
corpora=${MAILWEIR_SHARED:-$G_TEST_SRCDIR/../../shared}/corpus

if [ ! -d "$corpora/tika" ]; then
	echo "1..0 # SKIP $corpora is not there: set MAILWEIR_SHARED"
	exit 0
fi
exec python3 "$G_TEST_SRCDIR/measure/measure.py" "$MAILWEIR" "$corpora" 2>&1
