# SPDX-License-Identifier: GPL-2.0-or-later
# A program of its own: what it does not call, libclamav above all, is not
# linked.
bin_PROGRAMS += mailweir-milter
mailweir_milter_SOURCES = milter/main.c milter/session.c milter/session.h
mailweir_milter_LDADD = libmailweir.a $(MILTER_LIBS) $(GLIB_LIBS)
