# SPDX-License-Identifier: GPL-2.0-or-later
libmailweir_a_SOURCES += \
	scanner/autoptr.h \
	scanner/cms.c scanner/cms.h \
	scanner/declaration.c scanner/declaration.h \
	scanner/decode.c scanner/decode.h scanner/decoders.h \
	scanner/decode_base64.c scanner/decode_binhex.c scanner/decode_qp.c \
	scanner/decode_uu.c scanner/decode_yenc.c \
	scanner/digest.c scanner/digest.h \
	scanner/entity.c scanner/entity.h \
	scanner/envelope.c scanner/envelope.h \
	scanner/examination.c scanner/examination.h \
	scanner/field_body.c scanner/field_body.h \
	scanner/filename.c scanner/filename.h \
	scanner/gmime_reading.c scanner/gmime_reading.h \
	scanner/header.c scanner/header.h \
	scanner/line_reading.c scanner/line_reading.h \
	scanner/parameter.c scanner/parameter.h \
	scanner/policy.h \
	scanner/record.c scanner/record.h scanner/record_json.c \
	scanner/scan.c scanner/scan.h
