# SPDX-License-Identifier: GPL-2.0-or-later
libmailweir_a_SOURCES += \
	spool/pool.c spool/pool.h \
	spool/settings.c spool/settings.h
