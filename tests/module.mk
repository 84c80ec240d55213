# SPDX-License-Identifier: GPL-2.0-or-later
# Every test speaks TAP. Programs are test-*.c, one per module; scripts are
# test-*.sh and get MAILWEIR (the program under test) from the environment.
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
SH_LOG_DRIVER = $(LOG_DRIVER)
TEST_EXTENSIONS = .sh
# Without ulimit, a failed assertion under AddressSanitizer dumps terabytes.
AM_TESTS_ENVIRONMENT = \
	ulimit -c 0; \
	G_DEBUG=fatal-criticals; export G_DEBUG; \
	G_TEST_SRCDIR=$(abs_top_srcdir)/tests; export G_TEST_SRCDIR; \
	G_TEST_BUILDDIR=$(abs_top_builddir)/tests; export G_TEST_BUILDDIR; \
	MAILWEIR=$(abs_top_builddir)/mailweir; export MAILWEIR; \
	STOP_AT_STEP=$(abs_top_builddir)/tests/stop-at-step.so; \
	export STOP_AT_STEP;
TESTS += $(check_PROGRAMS) $(dist_check_SCRIPTS)

check_PROGRAMS += tests/test-config
tests_test_config_SOURCES = tests/test-config.c tests/table.h
tests_test_config_LDADD = $(MAILWEIR_LIBS)

check_PROGRAMS += tests/test-record
tests_test_record_SOURCES = tests/test-record.c tests/table.h
tests_test_record_LDADD = $(MAILWEIR_LIBS)

check_PROGRAMS += tests/test-spool-files
tests_test_spool_files_SOURCES = tests/test-spool-files.c tests/table.h
tests_test_spool_files_LDADD = $(MAILWEIR_LIBS)

check_PROGRAMS += tests/test-decode tests/test-decode-samples
tests_test_decode_SOURCES = tests/test-decode.c tests/table.h
tests_test_decode_LDADD = $(MAILWEIR_LIBS)
tests_test_decode_samples_SOURCES = tests/test-decode-samples.c tests/table.h
tests_test_decode_samples_LDADD = $(MAILWEIR_LIBS)

check_PROGRAMS += tests/test-header
tests_test_header_SOURCES = tests/test-header.c tests/table.h
tests_test_header_LDADD = $(MAILWEIR_LIBS)

check_PROGRAMS += tests/test-parameter
tests_test_parameter_SOURCES = tests/test-parameter.c tests/table.h
tests_test_parameter_LDADD = $(MAILWEIR_LIBS)

check_PROGRAMS += tests/test-declaration
tests_test_declaration_SOURCES = tests/test-declaration.c tests/table.h
tests_test_declaration_LDADD = $(MAILWEIR_LIBS)

check_PROGRAMS += tests/test-content tests/test-content-rules \
	tests/test-content-starter
tests_test_content_starter_SOURCES = tests/test-content-starter.c
tests_test_content_starter_LDADD = $(MAILWEIR_LIBS)
tests_test_content_SOURCES = tests/test-content.c tests/table.h
tests_test_content_LDADD = $(MAILWEIR_LIBS)
tests_test_content_rules_SOURCES = tests/test-content-rules.c tests/table.h
tests_test_content_rules_LDADD = $(MAILWEIR_LIBS)

check_PROGRAMS += tests/test-document
tests_test_document_SOURCES = tests/test-document.c tests/table.h
tests_test_document_LDADD = $(MAILWEIR_LIBS)

check_PROGRAMS += tests/test-pdf tests/test-pdf-filter
tests_test_pdf_SOURCES = tests/test-pdf.c tests/table.h
tests_test_pdf_LDADD = $(MAILWEIR_LIBS)
tests_test_pdf_filter_SOURCES = tests/test-pdf-filter.c tests/table.h
tests_test_pdf_filter_LDADD = $(MAILWEIR_LIBS)

check_PROGRAMS += tests/test-equation
tests_test_equation_SOURCES = tests/test-equation.c tests/table.h
tests_test_equation_LDADD = $(MAILWEIR_LIBS)

check_PROGRAMS += tests/test-containers
tests_test_containers_SOURCES = tests/test-containers.c
tests_test_containers_LDADD = $(MAILWEIR_LIBS)

check_PROGRAMS += tests/test-filename
tests_test_filename_SOURCES = tests/test-filename.c tests/table.h
tests_test_filename_LDADD = $(MAILWEIR_LIBS)
EXTRA_DIST += tests/vectors

dist_check_SCRIPTS += \
	tests/test-attachments.sh \
	tests/test-check.sh \
	tests/test-confinement.sh \
	tests/test-container-table.sh \
	tests/test-coverage.sh \
	tests/test-evasions.sh \
	tests/test-explain.sh \
	tests/test-faults.sh \
	tests/test-help.sh \
	tests/test-measure.sh \
	tests/test-milter.sh \
	tests/test-mutations.sh \
	tests/test-parity.sh \
	tests/test-policy-keys.sh \
	tests/test-reload.sh \
	tests/test-rules.sh \
	tests/test-spool.sh
EXTRA_DIST += tests/containers tests/fixtures tests/readings samples

EXTRA_PROGRAMS = tests/bench/floor tests/bench/hop tests/openers \
	tests/parity/parity-hits tests/hole-worker tests/without
tests_parity_parity_hits_SOURCES = tests/parity/parity-hits.c
tests_parity_parity_hits_LDADD = $(MAILWEIR_LIBS)
tests/test-parity.log: tests/parity/parity-hits$(EXEEXT)
EXTRA_DIST += tests/parity
tests_bench_floor_SOURCES = tests/bench/floor.c
tests_bench_floor_LDADD = $(GMIME_LIBS) $(CLAMAV_LIBS) $(MAGIC_LIBS) $(GLIB_LIBS)
tests_bench_hop_SOURCES = tests/bench/hop.c
tests_bench_hop_LDADD = $(MAILWEIR_LIBS)
EXTRA_DIST += tests/bench/bench.sh tests/bench/curve.py tests/bench/spool.sh

# mailweir with holes in its scanner, and kernels that lack something.
tests_hole_worker_SOURCES = $(mailweir_SOURCES) tests/hole.c
tests_hole_worker_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=scanner_scan
tests_hole_worker_LDADD = $(MAILWEIR_LIBS)
tests_without_SOURCES = tests/without.c
tests_without_LDADD = $(SECCOMP_LIBS)
tests/test-confinement.log: tests/hole-worker$(EXEEXT) tests/without$(EXEEXT)
tests/test-reload.log: tests/hole-worker$(EXEEXT) tests/bench/hop$(EXEEXT)

# What other parsers open: asked by test-mutations.sh.
tests_openers_SOURCES = tests/openers.c
tests_openers_LDADD = $(GMIME_LIBS) $(CLAMAV_LIBS) $(GLIB_LIBS)
tests/test-mutations.log: tests/openers$(EXEEXT)
EXTRA_DIST += tests/measure tests/coverage.py tests/mutate.py tests/milter-client.py
CLEANFILES += $(EXTRA_PROGRAMS)

# Real mail servers, on a machine of their own within this one (see
# tests/mta/enter). Run by ./dev test, once and one after the other, and not by
# make check.
MTA_TESTS = tests/mta/test-postfix.sh tests/mta/test-exim.sh \
	tests/mta/test-opensmtpd.sh tests/mta/test-replies.sh \
	tests/mta/test-docs.sh
EXTRA_DIST += $(MTA_TESTS) tests/mta/enter tests/mta/lib.sh tests/mta/smtp.py \
	tests/mta/transcript.py tests/mta/bench.sh \
	tests/mta/fake-auth.py tests/mta/fake-worker.py tests/mta/make-octets.py \
	tests/mta/dialogue.py tests/mta/replies.tsv
check-mta: all
	$(MAKE) -j1 check-TESTS TESTS="$(MTA_TESTS)"
.PHONY: check-mta

# Loaded into the supervisor by test-faults.sh, which stops it step by step.
tests/stop-at-step.so: $(srcdir)/tests/stop-at-step.c
	$(AM_V_CC)$(MKDIR_P) tests && $(CC) -shared -fPIC -O1 -o $@ \
	    $(srcdir)/tests/stop-at-step.c -ldl
tests/test-faults.log: tests/stop-at-step.so
EXTRA_DIST += tests/tap.sh tests/faults.py tests/spool_client.py tests/stop-at-step.c
CLEANFILES += tests/stop-at-step.so
