# SPDX-License-Identifier: GPL-2.0-or-later
bin_PROGRAMS += mailweir
mailweir_SOURCES = cli/main.c
mailweir_LDADD = $(MAILWEIR_LIBS)
