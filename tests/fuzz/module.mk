# SPDX-License-Identifier: GPL-2.0-or-later
# One target per reader of hostile octets. With --enable-fuzz (clang) each is a
# libFuzzer program; in every other build tests/fuzz/main.c replays the samples.
fuzz_programs = \
	tests/fuzz/fuzz-cms \
	tests/fuzz/fuzz-conf-file \
	tests/fuzz/fuzz-decode-base64 \
	tests/fuzz/fuzz-decode-binhex \
	tests/fuzz/fuzz-decode-inline \
	tests/fuzz/fuzz-decode-qp \
	tests/fuzz/fuzz-decode-uu \
	tests/fuzz/fuzz-decode-yenc \
	tests/fuzz/fuzz-envelope \
	tests/fuzz/fuzz-equation \
	tests/fuzz/fuzz-file-type \
	tests/fuzz/fuzz-filename \
	tests/fuzz/fuzz-header \
	tests/fuzz/fuzz-html-file \
	tests/fuzz/fuzz-lines \
	tests/fuzz/fuzz-office-ole2 \
	tests/fuzz/fuzz-office-xml \
	tests/fuzz/fuzz-onenote \
	tests/fuzz/fuzz-parameter \
	tests/fuzz/fuzz-pdf \
	tests/fuzz/fuzz-pdf-filter \
	tests/fuzz/fuzz-record \
	tests/fuzz/fuzz-rtf \
	tests/fuzz/fuzz-socket-request \
	tests/fuzz/fuzz-table-text \
	tests/fuzz/fuzz-containers \
	tests/fuzz/fuzz-verdict

if ENABLE_FUZZ
noinst_PROGRAMS += $(fuzz_programs)
fuzz_main =
fuzz_ldflags = $(AM_LDFLAGS) -fsanitize=fuzzer
else
check_PROGRAMS += $(fuzz_programs)
fuzz_main = tests/fuzz/main.c
fuzz_ldflags = $(AM_LDFLAGS)
endif
fuzz-targets: $(fuzz_programs)
.PHONY: fuzz-targets

tests_fuzz_fuzz_conf_file_SOURCES = tests/fuzz/fuzz-conf-file.c $(fuzz_main)
tests_fuzz_fuzz_conf_file_LDADD = $(MAILWEIR_LIBS)
tests_fuzz_fuzz_conf_file_LDFLAGS = $(fuzz_ldflags)

tests_fuzz_fuzz_decode_base64_SOURCES = tests/fuzz/fuzz-decode-base64.c tests/fuzz/fuzz-decode.h $(fuzz_main)
tests_fuzz_fuzz_decode_base64_LDADD = $(MAILWEIR_LIBS)
tests_fuzz_fuzz_decode_base64_LDFLAGS = $(fuzz_ldflags)

tests_fuzz_fuzz_decode_binhex_SOURCES = tests/fuzz/fuzz-decode-binhex.c tests/fuzz/fuzz-decode.h $(fuzz_main)
tests_fuzz_fuzz_decode_binhex_LDADD = $(MAILWEIR_LIBS)
tests_fuzz_fuzz_decode_binhex_LDFLAGS = $(fuzz_ldflags)

tests_fuzz_fuzz_decode_inline_SOURCES = tests/fuzz/fuzz-decode-inline.c tests/fuzz/fuzz-decode.h $(fuzz_main)
tests_fuzz_fuzz_decode_inline_LDADD = $(MAILWEIR_LIBS)
tests_fuzz_fuzz_decode_inline_LDFLAGS = $(fuzz_ldflags)

tests_fuzz_fuzz_decode_qp_SOURCES = tests/fuzz/fuzz-decode-qp.c tests/fuzz/fuzz-decode.h $(fuzz_main)
tests_fuzz_fuzz_decode_qp_LDADD = $(MAILWEIR_LIBS)
tests_fuzz_fuzz_decode_qp_LDFLAGS = $(fuzz_ldflags)

tests_fuzz_fuzz_decode_uu_SOURCES = tests/fuzz/fuzz-decode-uu.c tests/fuzz/fuzz-decode.h $(fuzz_main)
tests_fuzz_fuzz_decode_uu_LDADD = $(MAILWEIR_LIBS)
tests_fuzz_fuzz_decode_uu_LDFLAGS = $(fuzz_ldflags)

tests_fuzz_fuzz_decode_yenc_SOURCES = tests/fuzz/fuzz-decode-yenc.c tests/fuzz/fuzz-decode.h $(fuzz_main)
tests_fuzz_fuzz_decode_yenc_LDADD = $(MAILWEIR_LIBS)
tests_fuzz_fuzz_decode_yenc_LDFLAGS = $(fuzz_ldflags)

tests_fuzz_fuzz_equation_SOURCES = tests/fuzz/fuzz-equation.c $(fuzz_main)
tests_fuzz_fuzz_equation_LDADD = $(MAILWEIR_LIBS)
tests_fuzz_fuzz_equation_LDFLAGS = $(fuzz_ldflags)

tests_fuzz_fuzz_envelope_SOURCES = tests/fuzz/fuzz-envelope.c $(fuzz_main)
tests_fuzz_fuzz_envelope_LDADD = $(MAILWEIR_LIBS)
tests_fuzz_fuzz_envelope_LDFLAGS = $(fuzz_ldflags)

tests_fuzz_fuzz_file_type_SOURCES = tests/fuzz/fuzz-file-type.c $(fuzz_main)
tests_fuzz_fuzz_file_type_LDADD = $(MAILWEIR_LIBS)
tests_fuzz_fuzz_file_type_LDFLAGS = $(fuzz_ldflags)

tests_fuzz_fuzz_filename_SOURCES = tests/fuzz/fuzz-filename.c $(fuzz_main)
tests_fuzz_fuzz_filename_LDADD = $(MAILWEIR_LIBS)
tests_fuzz_fuzz_filename_LDFLAGS = $(fuzz_ldflags)

tests_fuzz_fuzz_header_SOURCES = tests/fuzz/fuzz-header.c $(fuzz_main)
tests_fuzz_fuzz_header_LDADD = $(MAILWEIR_LIBS)
tests_fuzz_fuzz_header_LDFLAGS = $(fuzz_ldflags)

tests_fuzz_fuzz_lines_SOURCES = tests/fuzz/fuzz-lines.c $(fuzz_main)
tests_fuzz_fuzz_lines_LDADD = $(MAILWEIR_LIBS)
tests_fuzz_fuzz_lines_LDFLAGS = $(fuzz_ldflags)

tests_fuzz_fuzz_parameter_SOURCES = tests/fuzz/fuzz-parameter.c $(fuzz_main)
tests_fuzz_fuzz_parameter_LDADD = $(MAILWEIR_LIBS)
tests_fuzz_fuzz_parameter_LDFLAGS = $(fuzz_ldflags)

tests_fuzz_fuzz_record_SOURCES = tests/fuzz/fuzz-record.c $(fuzz_main)
tests_fuzz_fuzz_record_LDADD = $(MAILWEIR_LIBS)
tests_fuzz_fuzz_record_LDFLAGS = $(fuzz_ldflags)

tests_fuzz_fuzz_socket_request_SOURCES = tests/fuzz/fuzz-socket-request.c $(fuzz_main)
tests_fuzz_fuzz_socket_request_LDADD = $(MAILWEIR_LIBS)
tests_fuzz_fuzz_socket_request_LDFLAGS = $(fuzz_ldflags)

tests_fuzz_fuzz_verdict_SOURCES = tests/fuzz/fuzz-verdict.c $(fuzz_main)
tests_fuzz_fuzz_verdict_LDADD = $(MAILWEIR_LIBS)
tests_fuzz_fuzz_verdict_LDFLAGS = $(fuzz_ldflags)

tests_fuzz_fuzz_cms_SOURCES = tests/fuzz/fuzz-cms.c $(fuzz_main)
tests_fuzz_fuzz_cms_LDADD = $(MAILWEIR_LIBS)
tests_fuzz_fuzz_cms_LDFLAGS = $(fuzz_ldflags)

tests_fuzz_fuzz_office_ole2_SOURCES = tests/fuzz/fuzz-office-ole2.c tests/fuzz/fuzz-traits.h $(fuzz_main)
tests_fuzz_fuzz_office_ole2_LDADD = $(MAILWEIR_LIBS)
tests_fuzz_fuzz_office_ole2_LDFLAGS = $(fuzz_ldflags)

tests_fuzz_fuzz_office_xml_SOURCES = tests/fuzz/fuzz-office-xml.c tests/fuzz/fuzz-traits.h $(fuzz_main)
tests_fuzz_fuzz_office_xml_LDADD = $(MAILWEIR_LIBS)
tests_fuzz_fuzz_office_xml_LDFLAGS = $(fuzz_ldflags)

tests_fuzz_fuzz_pdf_SOURCES = tests/fuzz/fuzz-pdf.c tests/fuzz/fuzz-traits.h $(fuzz_main)
tests_fuzz_fuzz_pdf_LDADD = $(MAILWEIR_LIBS)
tests_fuzz_fuzz_pdf_LDFLAGS = $(fuzz_ldflags)

tests_fuzz_fuzz_pdf_filter_SOURCES = tests/fuzz/fuzz-pdf-filter.c $(fuzz_main)
tests_fuzz_fuzz_pdf_filter_LDADD = $(MAILWEIR_LIBS)
tests_fuzz_fuzz_pdf_filter_LDFLAGS = $(fuzz_ldflags)

tests_fuzz_fuzz_rtf_SOURCES = tests/fuzz/fuzz-rtf.c tests/fuzz/fuzz-traits.h $(fuzz_main)
tests_fuzz_fuzz_rtf_LDADD = $(MAILWEIR_LIBS)
tests_fuzz_fuzz_rtf_LDFLAGS = $(fuzz_ldflags)

tests_fuzz_fuzz_html_file_SOURCES = tests/fuzz/fuzz-html-file.c tests/fuzz/fuzz-traits.h $(fuzz_main)
tests_fuzz_fuzz_html_file_LDADD = $(MAILWEIR_LIBS)
tests_fuzz_fuzz_html_file_LDFLAGS = $(fuzz_ldflags)

tests_fuzz_fuzz_onenote_SOURCES = tests/fuzz/fuzz-onenote.c tests/fuzz/fuzz-traits.h $(fuzz_main)
tests_fuzz_fuzz_onenote_LDADD = $(MAILWEIR_LIBS)
tests_fuzz_fuzz_onenote_LDFLAGS = $(fuzz_ldflags)

tests_fuzz_fuzz_containers_SOURCES = tests/fuzz/fuzz-containers.c $(fuzz_main)
tests_fuzz_fuzz_containers_LDADD = $(MAILWEIR_LIBS)
tests_fuzz_fuzz_containers_LDFLAGS = $(fuzz_ldflags)

tests_fuzz_fuzz_table_text_SOURCES = tests/fuzz/fuzz-table-text.c tests/fuzz/fuzz-traits.h $(fuzz_main)
tests_fuzz_fuzz_table_text_LDADD = $(MAILWEIR_LIBS)
tests_fuzz_fuzz_table_text_LDFLAGS = $(fuzz_ldflags)
