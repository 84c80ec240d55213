# SPDX-License-Identifier: GPL-2.0-or-later
libmailweir_a_SOURCES += \
	scanner/ambiguity.c scanner/ambiguity.h \
	scanner/archive.c scanner/archive.h \
	scanner/autoptr.h \
	scanner/charset.c scanner/charset.h \
	scanner/cms.c scanner/cms.h \
	scanner/coded_file.c scanner/coded_file.h \
	scanner/container.c scanner/container.h \
	scanner/content.c scanner/content.h \
	scanner/content_eval.c scanner/content_eval.h \
	scanner/content_views.c scanner/content_views.h \
	scanner/cursor.h \
	scanner/dde.c scanner/dde.h \
	scanner/declaration.c scanner/declaration.h \
	scanner/decode.c scanner/decode.h scanner/decoders.h \
	scanner/decode_base64.c scanner/decode_binhex.c \
	scanner/decode_calendar.c scanner/decode_qp.c scanner/decode_uu.c \
	scanner/decode_yenc.c \
	scanner/digest.c scanner/digest.h \
	scanner/document.c scanner/document.h \
	scanner/entity.c scanner/entity.h \
	scanner/envelope.c scanner/envelope.h \
	scanner/equation.c scanner/equation.h \
	scanner/eval_call.c scanner/eval_call.h \
	scanner/eval_body.c scanner/eval_forgery.c scanner/eval_freemail.c \
	scanner/eval_header.c scanner/eval_html.c scanner/eval_mime.c \
	scanner/eval_relay.c \
	scanner/examination.c scanner/examination.h scanner/examiners.h \
	scanner/examination_claims.c scanner/examination_exception.c \
	scanner/examination_announced.c scanner/examination_member.c \
	scanner/examination_open.c scanner/examination_reader.c \
	scanner/examination_remark.c \
	scanner/examination_traits.c scanner/examination_unlock.c \
	scanner/examination_walk.c \
	scanner/field_body.c scanner/field_body.h \
	scanner/filename.c scanner/filename.h \
	scanner/gmime_reading.c scanner/gmime_reading.h \
	scanner/han.c scanner/han.h \
	scanner/header.c scanner/header.h \
	scanner/header_view.c scanner/header_view.h \
	scanner/html_file.c scanner/html_file.h \
	scanner/html_style.c scanner/html_style.h \
	scanner/html_text.c scanner/html_text.h \
	scanner/html_tokens.c scanner/html_tokens.h \
	scanner/inflate.c scanner/inflate.h \
	scanner/judgement.c scanner/judgement.h \
	scanner/line_reading.c scanner/line_reading.h \
	scanner/parameter.c scanner/parameter.h \
	scanner/mail_date.c scanner/mail_date.h \
	scanner/mac_file.c scanner/mac_file.h \
	scanner/mapi.c scanner/mapi.h \
	scanner/member.h \
	scanner/message.c scanner/message.h \
	scanner/name_text.c scanner/name_text.h \
	scanner/octet_search.h \
	scanner/office.h scanner/office_ole2.c scanner/office_xml.c \
	scanner/ole2.c scanner/ole2.h \
	scanner/onenote.c scanner/onenote.h \
	scanner/outlook_message.c scanner/outlook_message.h \
	scanner/pdf.c scanner/pdf.h \
	scanner/pdf_filter.c scanner/pdf_filter.h \
	scanner/pdf_lexer.c scanner/pdf_lexer.h \
	scanner/pdf_object.c scanner/pdf_object.h \
	scanner/policy.h \
	scanner/rar_survey.c scanner/rar_survey.h \
	scanner/received.c scanner/received.h \
	scanner/record.c scanner/record.h scanner/record_json.c \
	scanner/remainder.c scanner/remainder.h \
	scanner/rtf.c scanner/rtf.h \
	scanner/scan.c scanner/scan.h \
	scanner/table_text.c scanner/table_text.h \
	scanner/text_view.c scanner/text_view.h \
	scanner/tnef.c scanner/tnef.h \
	scanner/trait.c scanner/trait.h \
	scanner/uri_list.c scanner/uri_list.h \
	scanner/vba.c scanner/vba.h \
	scanner/word_binary.c scanner/word_binary.h \
	scanner/zip_survey.c scanner/zip_survey.h
