# SPDX-License-Identifier: GPL-2.0-or-later
# Every test speaks TAP. Programs are test-*.c, one per module; scripts are
# test-*.sh and get MAILWEIR (the program under test) from the environment.
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
SH_LOG_DRIVER = $(LOG_DRIVER)
TEST_EXTENSIONS = .sh
AM_TESTS_ENVIRONMENT = \
	G_DEBUG=fatal-criticals; export G_DEBUG; \
	G_TEST_SRCDIR=$(abs_top_srcdir)/tests; export G_TEST_SRCDIR; \
	G_TEST_BUILDDIR=$(abs_top_builddir)/tests; export G_TEST_BUILDDIR; \
	MAILWEIR=$(abs_top_builddir)/mailweir; export MAILWEIR;
TESTS += $(check_PROGRAMS) $(dist_check_SCRIPTS)
