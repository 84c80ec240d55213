# SPDX-License-Identifier: GPL-2.0-or-later
dist_man_MANS += docs/attachments.conf.5 docs/mailweir.1 \
	docs/mailweir-milter.8 docs/mailweir-opensmtpd.8 docs/mailweir.conf.5
dist_doc_DATA += docs/ambiguity.md docs/containers.md docs/record.md docs/spool-protocol.md
dist_doc_DATA += docs/postfix.md docs/exim.md docs/opensmtpd.md docs/sendmail.md
