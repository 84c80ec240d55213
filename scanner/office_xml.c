/*
 * scanner/office_xml.c - what the XML of office documents can do.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <string.h>

#include "scanner/cursor.h"
#include "scanner/dde.h"
#include "scanner/octet_search.h"
#include "scanner/office.h"

/* Without network, without foreign entities, and on through mistakes. */
#define PARSE_OPTIONS                                                       \
	(XML_PARSE_NONET | XML_PARSE_RECOVER | XML_PARSE_NOERROR |          \
	    XML_PARSE_NOWARNING)

/*
 * Words one of which is in every XML that can do anything, in ASCII or UTF-16:
 * the rest, the text of documents, is not parsed. The last two are in the names
 * of OpenDocument's namespaces.
 */
static const char *const words[] = { "TargetMode", "instrText", "fldSimple",
	"ddeLink", "macrosheet", "definedName", "binData", "binaryData",
	"module", "macrosPresent", "opendocument", "openoffice.org" };

/* As they are written in binary workbooks: 0x168, seven bits an octet. */
#define RECORD_BEGIN_SUPBOOK 0x02e8
#define LINK_BY_DDE 1

typedef struct {
	xmlParserCtxt *xml;
	Traits *traits;
	/* The attributes of the element that begins, each in five pointers:
	 * local name, prefix, namespace, begin and end of its value. */
	const xmlChar **attributes;
	int n_attributes;
	char *element;          /* that began last; NULL: none */
	GString *text;          /* of an element whose text is coded */
	GString *fields;        /* what Word's fields say, one behind another */
	gboolean is_in_scripts; /* among what belongs to the whole document */
} Reading;

static gboolean
has_word_in_utf16(Span octets, const char *word)
{
	char wide[64];
	gsize len = strlen(word);

	for (gsize i = 0; i < len; i++) {
		wide[2 * i] = word[i];
		wide[2 * i + 1] = '\0';
	}
	return memmem(octets.octets, octets.len, wide, 2 * len - 1) != NULL;
}

static gboolean
has_word(Span octets, const char *word)
{
	gboolean is_wide = octets.len > 4 && memchr(octets.octets, 0, 4) != NULL;

	return octets_find(octets, word) != NULL ||
	    (is_wide && has_word_in_utf16(octets, word));
}

static gboolean
may_do_something(Span octets)
{
	for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
		if (has_word(octets, words[i]))
			return TRUE;
	return FALSE;
}

static gboolean
is_named(const char *name, const char *want)
{
	return name != NULL && g_ascii_strcasecmp(name, want) == 0;
}

/* As it is meant: references in it are resolved. Caller frees. */
static char *
attribute_value(const Reading *reading, const xmlChar *begin,
    const xmlChar *end)
{
	xmlNode *nodes;
	xmlChar *resolved;
	char *value;

	if (memchr(begin, '&', (gsize)(end - begin)) == NULL)
		return g_strndup((const char *)begin, (gsize)(end - begin));
	nodes = xmlStringLenGetNodeList(reading->xml->myDoc, begin,
	    (int)(end - begin));
	resolved = xmlNodeListGetString(reading->xml->myDoc, nodes, 1);
	value = g_strdup((const char *)resolved);
	xmlFree(resolved);
	xmlFreeNodeList(nodes);
	return value;
}

/* The value of the attribute whose name without prefix is name. Caller frees;
 * NULL: none. */
static char *
attribute(const Reading *reading, const char *name)
{
	for (int i = 0; i < reading->n_attributes; i++) {
		const xmlChar **at = reading->attributes + 5 * i;

		if (strcmp((const char *)at[0], name) == 0)
			return attribute_value(reading, at[3], at[4]);
	}
	return NULL;
}

/* --- what lies elsewhere --------------------------------------------------------- */

gboolean
office_is_foreign(const char *target)
{
	static const char *const schemes[] = { "http:", "https:", "ftp:",
		"mhtml:", "ms-msdt:", "x-usc:", "script:", "javascript:",
		"search-ms:", "ldap:", "webdav:", "\\\\http" };

	while (g_ascii_isspace(*target))
		target++;
	for (gsize i = 0; i < G_N_ELEMENTS(schemes); i++)
		if (g_ascii_strncasecmp(target, schemes[i],
		    strlen(schemes[i])) == 0)
			return TRUE;
	return FALSE;
}

static void
examine_relationship(Reading *reading)
{
	static const struct {
		const char *type;
		Trait trait;
		const char *detail;
	} kinds[] = {
		{ "attachedTemplate", TRAIT_EXTERNAL_TEMPLATE,
		    "a template on a server" },
		{ "oleObject", TRAIT_EXTERNAL_OBJECT, "an object on a server" },
		{ "frame", TRAIT_EXTERNAL_OBJECT, "a frame from a server" },
		{ "subDocument", TRAIT_EXTERNAL_OBJECT,
		    "a part of it on a server" },
		{ "package", TRAIT_EXTERNAL_OBJECT, "an object on a server" },
		{ "afChunk", TRAIT_EXTERNAL_OBJECT, "a part of it on a server" },
		{ "control", TRAIT_EXTERNAL_OBJECT, "a control on a server" },
	};
	g_autofree char *mode = attribute(reading, "TargetMode");
	g_autofree char *target = attribute(reading, "Target");
	g_autofree char *type = attribute(reading, "Type");
	const char *kind = type != NULL ? strrchr(type, '/') : NULL;

	if (kind == NULL || mode == NULL || target == NULL ||
	    g_ascii_strcasecmp(mode, "External") != 0 ||
	    !office_is_foreign(target))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (g_ascii_strcasecmp(kind + 1, kinds[i].type) == 0)
			traits_add(reading->traits, kinds[i].trait,
			    kinds[i].detail);
}

/* OpenDocument: what it shows of another file. */
static void
examine_link(Reading *reading)
{
	g_autofree char *href = attribute(reading, "href");

	if (href != NULL && office_is_foreign(href))
		traits_add(reading->traits, TRAIT_EXTERNAL_OBJECT,
		    "a part of it on a server");
}

/* --- DDE ------------------------------------------------------------------------------ */

/* By the names of the attributes that say which program, and what of it. */
static void
examine_dde_link(Reading *reading, const char *service_name,
    const char *topic_name)
{
	g_autofree char *service = attribute(reading, service_name);
	g_autofree char *topic = attribute(reading, topic_name);

	dde_add_link(span_of_string(service), span_of_string(topic),
	    reading->traits);
}

/* OpenDocument: a formula of a table, DDE("program";"topic";"item"). */
static void
examine_formula(Reading *reading)
{
	g_autofree char *formula = attribute(reading, "formula");
	g_autofree char *lower = g_ascii_strdown(formula != NULL ? formula :
	    "", -1);
	const char *at = strstr(lower, "dde(");

	while (at != NULL) {
		const char *service = at + strlen("dde(");
		const char *next = strstr(service, "dde(");
		Span topic = span_of_string(service);

		service += strspn(service, " \t\r\n\"");
		if (next != NULL)
			topic.len = (gsize)(next - (const char *)topic.octets);
		if (at == lower || !g_ascii_isalnum(at[-1]))
			dde_add_link((Span){ (const guint8 *)service,
				strcspn(service, "\";)") }, topic,
			    reading->traits);
		at = next;
	}
}

/* Word puts the text of a field into any number of pieces. */
static void
begin_field(Reading *reading)
{
	g_string_append_c(reading->fields, DDE_FIELD_BEGIN);
}

static void
add_field_text(Reading *reading, const char *text)
{
	if (text != NULL)
		g_string_append(reading->fields, text);
}

/* --- macros ------------------------------------------------------------------------------ */

static void
examine_defined_name(Reading *reading)
{
	g_autofree char *name = attribute(reading, "name");
	g_autofree char *lower = g_ascii_strdown(name != NULL ? name : "", -1);

	if (strstr(lower, "auto_open") != NULL ||
	    strstr(lower, "auto_close") != NULL ||
	    strstr(lower, "auto_activate") != NULL) {
		traits_add(reading->traits, TRAIT_MACROS, "Excel 4 macros");
		traits_add(reading->traits, TRAIT_AUTO_MACROS,
		    "Excel 4 macros that run when it is opened");
	}
}

/* Basic that comes with the program, as its letters for beginners call it. */
static gboolean
is_of_program(const char *macro, const char *location)
{
	return g_str_has_prefix(macro, "application:") ||
	    is_named(location, "application") ||
	    (strstr(macro, "language=Basic") != NULL &&
	    strstr(macro, "location=application") != NULL);
}

/* An event that happens without the reader. Those of the whole document do,
 * unless they are about what is done with it. */
static gboolean
is_auto_event(const Reading *reading, const char *event)
{
	static const char *const deeds[] = { "save", "print", "copy", "mail",
		"merge" };
	static const char *const events[] = { "dom:load", "office:load",
		"office:create", "office:start", "office:new", "office:view",
		"dom:unload", "office:close", "office:prepare",
		"office:layout", "office:page-count", "office:calculated",
		"on-load", "on-new", "on-create", "on-unload" };

	for (gsize i = 0; i < G_N_ELEMENTS(events); i++)
		if (g_str_has_prefix(event, events[i]))
			return TRUE;
	for (gsize i = 0; i < G_N_ELEMENTS(deeds); i++)
		if (strstr(event, deeds[i]) != NULL)
			return FALSE;
	return reading->is_in_scripts;
}

/* OpenDocument: an event calls a macro, by an address or by its name. */
static void
examine_listener(Reading *reading)
{
	g_autofree char *event = attribute(reading, "event-name");
	g_autofree char *href = attribute(reading, "href");
	g_autofree char *name = attribute(reading, "macro-name");
	g_autofree char *location = attribute(reading, "location");
	const char *macro = name;

	if (href != NULL && (strstr(href, "script:") != NULL ||
	    g_str_has_prefix(href, "macro:") ||
	    g_str_has_prefix(href, "service:")))
		macro = href;
	if (event == NULL || macro == NULL || *macro == '\0' ||
	    is_of_program(macro, location))
		return;
	traits_add(reading->traits, TRAIT_MACROS, "calls a macro");
	if (is_auto_event(reading, event))
		traits_add(reading->traits, TRAIT_AUTO_MACROS,
		    "calls a macro when it is opened or closed");
}

/* A file in base64, in "flat" documents: often the VBA project. */
static void
examine_coded_file(Reading *reading)
{
	g_autofree guchar *octets = NULL;
	gsize len;

	octets = g_base64_decode(reading->text->str, &len);
	traits_add_file(reading->traits, (Span){ NULL, 0 },
	    g_bytes_new(octets, len));
}

static void
examine_macros_present(Reading *reading)
{
	g_autofree char *value = attribute(reading, "macrosPresent");

	if (value != NULL && (*value == 'y' || *value == '1' || *value == 't'))
		traits_add(reading->traits, TRAIT_MACROS, "VBA");
}

/* --- the document ------------------------------------------------------------------------- */

static void
examine_element(Reading *reading, const char *name, const char *space)
{
	if (is_named(name, "Relationship")) {
		examine_relationship(reading);
	} else if (is_named(name, "ddeLink")) {
		examine_dde_link(reading, "ddeService", "ddeTopic");
	} else if (is_named(name, "dde-source") ||
	    is_named(name, "dde-connection-decl")) {
		examine_dde_link(reading, "dde-application",
		    "dde-topic");
	} else if (is_named(name, "table-cell")) {
		examine_formula(reading);
	} else if (is_named(name, "floating-frame") ||
	    is_named(name, "object") || is_named(name, "object-ole") ||
	    is_named(name, "section-source") || is_named(name, "applet")) {
		examine_link(reading);
	} else if (is_named(name, "encryption-data")) {
		reading->traits->holder_encryption =
		    "an encrypted OpenDocument file";
	} else if (is_named(name, "scripts")) {
		reading->is_in_scripts = TRUE;
	} else if (is_named(name, "fldChar")) {
		g_autofree char *kind = attribute(reading, "fldCharType");

		if (is_named(kind, "begin"))
			begin_field(reading);
	} else if (is_named(name, "fldSimple")) {
		g_autofree char *instruction = attribute(reading, "instr");

		begin_field(reading);
		add_field_text(reading, instruction);
	} else if (is_named(name, "macrosheet")) {
		traits_add(reading->traits, TRAIT_MACROS, "Excel 4 macros");
	} else if (is_named(name, "definedName")) {
		examine_defined_name(reading);
	} else if (is_named(name, "module")) {
		if (g_strcmp0(space, "http://openoffice.org/2000/script") == 0)
			traits_add(reading->traits, TRAIT_MACROS,
			    "OpenOffice Basic");
	} else if (is_named(name, "source-code")) {
		traits_add(reading->traits, TRAIT_MACROS, "OpenOffice Basic");
	} else if (is_named(name, "event-listener")) {
		examine_listener(reading);
	} else if (is_named(name, "wordDocument")) {
		examine_macros_present(reading);
	}
}

static gboolean
is_coded(const char *element)
{
	return is_named(element, "binData") || is_named(element, "binaryData");
}

static void
on_element(void *context, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *space, int n_namespaces, const xmlChar **namespaces,
    int n_attributes, int n_defaults, const xmlChar **attributes)
{
	Reading *reading = ((xmlParserCtxt *)context)->_private;

	(void)prefix;
	(void)n_namespaces;
	(void)namespaces;
	(void)n_defaults;
	reading->attributes = attributes;
	reading->n_attributes = n_attributes;
	g_free(reading->element);
	reading->element = g_strdup((const char *)name);
	g_string_truncate(reading->text, 0);
	examine_element(reading, reading->element, (const char *)space);
}

/* One of any number of pieces. */
static void
on_text(void *context, const xmlChar *text, int len)
{
	Reading *reading = ((xmlParserCtxt *)context)->_private;

	if (is_named(reading->element, "instrText"))
		g_string_append_len(reading->fields, (const char *)text, len);
	else if (is_coded(reading->element))
		g_string_append_len(reading->text, (const char *)text, len);
}

static void
on_end(void *context, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *space)
{
	Reading *reading = ((xmlParserCtxt *)context)->_private;

	(void)prefix;
	(void)space;
	if (is_coded((const char *)name))
		examine_coded_file(reading);
	else if (is_named((const char *)name, "p"))
		add_field_text(reading, " ");
	else if (is_named((const char *)name, "scripts"))
		reading->is_in_scripts = FALSE;
	g_string_truncate(reading->text, 0);
}

/*
 * libxml2 ends at 10 MB of one CDATA section, or at depth 256, unless told not
 * to; but then it no longer watches entities that multiply, and keeps its
 * limits where there are any.
 */
static int
parse_options(Span octets)
{
	return has_word(octets, "<!ENTITY") ? PARSE_OPTIONS :
	    PARSE_OPTIONS | XML_PARSE_HUGE;
}

/* What ended the reading is a limit of libxml2, and no mistake in the XML. */
static gboolean
ended_at_limit(xmlParserCtxt *xml)
{
	static const int limits[] = { XML_ERR_INTERNAL_ERROR,
		XML_ERR_NO_MEMORY, XML_ERR_ENTITY_LOOP, XML_ERR_NAME_TOO_LONG };
	const xmlError *error = xmlCtxtGetLastError(xml);

	for (gsize i = 0; error != NULL && xml->disableSAX != 0 &&
	     i < G_N_ELEMENTS(limits); i++)
		if (error->code == limits[i])
			return TRUE;
	return FALSE;
}

/*
 * Declarations are left to libxml2, which resolves references by them; of all
 * else it builds no tree. Its reader does neither, but takes time in the square
 * of the length of a value.
 */
static void
read_document(Reading *reading, Span octets)
{
	xmlParserCtxt *xml = xmlNewParserCtxt();

	if (xml == NULL)
		return;
	xml->sax->startElementNs = on_element;
	xml->sax->endElementNs = on_end;
	xml->sax->characters = on_text;
	xml->sax->ignorableWhitespace = on_text;
	xml->sax->cdataBlock = on_text;
	xml->sax->comment = NULL;
	xml->sax->processingInstruction = NULL;
	xml->sax->reference = NULL;
	xml->_private = reading;
	reading->xml = xml;
	xmlFreeDoc(xmlCtxtReadMemory(xml, (const char *)octets.octets,
	    (int)octets.len, NULL, NULL, parse_options(octets)));
	reading->traits->exceeds_limit |= ended_at_limit(xml);
	xmlFreeParserCtxt(xml);
}

void
office_examine_xml(Span octets, Traits *traits)
{
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(GString) fields = g_string_new(NULL);
	Reading reading = { .traits = traits, .text = text, .fields = fields };

	if (!may_do_something(octets))
		return;
	if (octets.len > G_MAXINT) {
		traits->exceeds_limit = TRUE;
		return;
	}
	read_document(&reading, octets);
	g_free(reading.element);
	dde_examine_fields((Span){ (const guint8 *)fields->str, fields->len },
	    traits);
}

/* ([MS-XLSB] 2.5.166). Caller frees. */
static char *
wide_string(Cursor *cursor)
{
	Span octets = cursor_take(cursor, 2 * (guint64)cursor_u32(cursor));
	GString *text = g_string_new(NULL);

	for (gsize i = 0; i + 2 <= octets.len; i += 2)
		g_string_append_c(text, (char)octets.octets[i]);
	return g_string_free(text, FALSE);
}

/* A part that is a link begins with BrtBeginSupBook ([MS-XLSB] 2.4.281), of any
 * length: which kind of link, to which program, for what. */
static void
examine_binary_link(Span octets, Traits *traits)
{
	Cursor cursor = { octets, FALSE };
	g_autofree char *service = NULL;
	g_autofree char *topic = NULL;
	guint octet;

	if (cursor_u16(&cursor) != RECORD_BEGIN_SUPBOOK)
		return;
	do
		octet = cursor_u8(&cursor);
	while ((octet & 0x80) != 0);
	if (cursor_u16(&cursor) != LINK_BY_DDE)
		return;
	service = wide_string(&cursor);
	topic = wide_string(&cursor);
	dde_add_link(span_of_string(service), span_of_string(topic), traits);
}

void
office_examine_binary(Span octets, Traits *traits)
{
	static const char *const names[] = { "auto_open", "auto_close",
		"auto_activate" };
	g_autofree char *text = octets_lower(octets);
	Span lower = { (const guint8 *)text, octets.len };

	for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
		if (has_word_in_utf16(lower, names[i])) {
			traits_add(traits, TRAIT_MACROS, "Excel 4 macros");
			traits_add(traits, TRAIT_AUTO_MACROS,
			    "Excel 4 macros that run when it is opened");
		}
	examine_binary_link(octets, traits);
}
