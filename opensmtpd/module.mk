# SPDX-License-Identifier: GPL-2.0-or-later
# A program of its own, like milter/.
bin_PROGRAMS += mailweir-opensmtpd
mailweir_opensmtpd_SOURCES = opensmtpd/main.c opensmtpd/message.c \
	opensmtpd/message.h opensmtpd/session.c opensmtpd/session.h
mailweir_opensmtpd_LDADD = libmailweir.a $(GLIB_LIBS) -lpthread
