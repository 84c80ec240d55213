# SPDX-License-Identifier: GPL-2.0-or-later
libmailweir_a_SOURCES += \
	signatures/ascii.h \
	signatures/attachments.c signatures/attachments.h \
	signatures/conf_file.c signatures/conf_file.h \
	signatures/content_rules.c signatures/content_rules.h \
	signatures/data.c signatures/data.h \
	signatures/engine.c signatures/engine.h \
	signatures/file_type.c signatures/file_type.h \
	signatures/magic_type.c signatures/magic_type.h \
	signatures/replies.c signatures/replies.h \
	signatures/rule_condition.c signatures/rule_condition.h \
	signatures/rule_draft.c signatures/rule_draft.h \
	signatures/rule_file.c signatures/rule_file.h \
	signatures/rule_meta.c signatures/rule_meta.h \
	signatures/rule_regex.c signatures/rule_regex.h \
	signatures/ruleset.c signatures/ruleset.h \
	signatures/script_type.c signatures/script_type.h \
	signatures/types.c signatures/types.h
nodist_libmailweir_a_SOURCES += signatures/resources.c

# The data files, for operators to read and copy; the program embeds them.
signature_data = signatures/attachments.conf signatures/types.conf \
	signatures/replies.conf signatures/starter.ndb
# The content rules keep their folder: mailweir rules check reads folders.
rulesdir = $(pkgdatadir)/rules
dist_rules_DATA = signatures/rules/10_english.cf \
	signatures/rules/20_chinese.cf signatures/rules/90_local.cf
dist_pkgdata_DATA += $(signature_data)
EXTRA_DIST += signatures/data.gresource.xml

signatures/resources.c: $(top_srcdir)/signatures/data.gresource.xml $(signature_data) $(dist_rules_DATA)
	$(AM_V_GEN)$(MKDIR_P) signatures && $(GLIB_COMPILE_RESOURCES) \
	  --sourcedir=$(top_srcdir)/signatures --generate-source \
	  --c-name signature_data --target=$@ $<
CLEANFILES += signatures/resources.c
