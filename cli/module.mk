# SPDX-License-Identifier: GPL-2.0-or-later
bin_PROGRAMS += mailweir
mailweir_SOURCES = cli/main.c cli/cli.h \
	cli/batch.c cli/batch.h \
	cli/check.c \
	cli/check_sandbox.c \
	cli/explain.c \
	cli/inject.c cli/inject.h \
	cli/kept.c \
	cli/report.c cli/report.h \
	cli/rules.c \
	cli/scan.c \
	cli/signatures.c \
	cli/spool.c \
	cli/status.c \
	cli/submit.c \
	cli/work.c
mailweir_LDADD = $(MAILWEIR_LIBS)
