#!/bin/sh
# tests/test-faults.sh - the spool shown by faults, in short form.
# SPDX-License-Identifier: GPL-2.0-or-later
export PYTHONDONTWRITEBYTECODE=1
exec python3 "$G_TEST_SRCDIR/faults.py" short
