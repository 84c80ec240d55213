# SPDX-License-Identifier: GPL-2.0-or-later
libmailweir_a_SOURCES += \
	scanner/envelope.c scanner/envelope.h \
	scanner/policy.h \
	scanner/record.c scanner/record.h scanner/record_json.c \
	scanner/scan.c scanner/scan.h
