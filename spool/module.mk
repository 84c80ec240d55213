# SPDX-License-Identifier: GPL-2.0-or-later
libmailweir_a_SOURCES += \
	spool/entry.c spool/entry.h \
	spool/envelope_file.c spool/envelope_file.h \
	spool/generation.c spool/generation.h \
	spool/ids.c spool/ids.h \
	spool/intake.c spool/intake.h \
	spool/lines.c spool/lines.h \
	spool/log.c spool/log.h \
	spool/pool.c spool/pool.h \
	spool/recovery.c spool/recovery.h \
	spool/scratch.c spool/scratch.h \
	spool/settings.c spool/settings.h \
	spool/spool.c spool/spool.h \
	spool/submission.c spool/submission.h \
	spool/supervisor.c spool/supervisor.h \
	spool/verdict_file.c spool/verdict_file.h \
	spool/waiter.c spool/waiter.h
