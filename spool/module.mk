# SPDX-License-Identifier: GPL-2.0-or-later
libmailweir_a_SOURCES += \
	spool/envelope_file.c spool/envelope_file.h \
	spool/generation.c spool/generation.h \
	spool/ids.c spool/ids.h \
	spool/lines.c spool/lines.h \
	spool/pool.c spool/pool.h \
	spool/settings.c spool/settings.h
