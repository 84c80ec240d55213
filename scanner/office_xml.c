/*
 * scanner/office_xml.c - what the XML of office documents can do.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <libxml/xmlreader.h>
#include <string.h>

#include "scanner/dde.h"
#include "scanner/octet_search.h"
#include "scanner/office.h"

/* Without network, without foreign entities, and on through mistakes. */
#define PARSE_OPTIONS                                                       \
	(XML_PARSE_NONET | XML_PARSE_RECOVER | XML_PARSE_NOERROR |          \
	    XML_PARSE_NOWARNING)

/*
 * Words one of which is in every XML that can do anything, in ASCII or UTF-16:
 * the rest, the text of documents, is not parsed.
 */
static const char *const words[] = { "TargetMode", "instrText", "fldSimple",
	"ddeLink", "macrosheet", "definedName", "binData", "binaryData",
	"module", "event-listener", "macrosPresent", "office:script" };

typedef struct {
	xmlTextReaderPtr xml;
	Traits *traits;
	GString *fields;        /* what Word's fields say, one behind another */
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

/* The value of the attribute whose name without prefix is name. Caller frees;
 * NULL: none. */
static char *
attribute(const Reading *reading, const char *name)
{
	char *found = NULL;

	while (found == NULL && xmlTextReaderMoveToNextAttribute(reading->xml) ==
	    1) {
		const xmlChar *local =
		    xmlTextReaderConstLocalName(reading->xml);
		const xmlChar *value = xmlTextReaderConstValue(reading->xml);

		if (local != NULL && value != NULL &&
		    strcmp((const char *)local, name) == 0)
			found = g_strdup((const char *)value);
	}
	xmlTextReaderMoveToElement(reading->xml);
	return found;
}

/* --- what lies elsewhere --------------------------------------------------------- */

/* A server of anybody; a path of the author's own disk or network is not. */
static gboolean
is_foreign(const char *target)
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
	    g_ascii_strcasecmp(mode, "External") != 0 || !is_foreign(target))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (g_ascii_strcasecmp(kind + 1, kinds[i].type) == 0)
			traits_add(reading->traits, kinds[i].trait,
			    kinds[i].detail);
}

/* --- DDE ------------------------------------------------------------------------------ */

static void
examine_dde_link(Reading *reading)
{
	g_autofree char *service = attribute(reading, "ddeService");
	Span name = { (const guint8 *)service,
		service != NULL ? strlen(service) : 0 };

	dde_add_link(name, reading->traits);
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

/* OpenDocument: an event of the document, not of a button, calls a macro. */
static void
examine_listener(Reading *reading)
{
	static const char *const events[] = { "dom:load", "office:load",
		"office:create", "office:start", "office:new", "office:view",
		"dom:unload", "office:close", "office:prepare-close" };
	g_autofree char *event = attribute(reading, "event-name");
	g_autofree char *href = attribute(reading, "href");

	if (event == NULL || href == NULL || strstr(href, "script:") == NULL)
		return;
	traits_add(reading->traits, TRAIT_MACROS, "calls a macro");
	for (gsize i = 0; i < G_N_ELEMENTS(events); i++)
		if (g_str_has_prefix(event, events[i]))
			traits_add(reading->traits, TRAIT_AUTO_MACROS,
			    "calls a macro when it is opened or closed");
}

/* A file in base64, in "flat" documents: often the VBA project. */
static void
examine_coded_file(Reading *reading, const char *text)
{
	g_autofree guchar *octets = NULL;
	gsize len;

	if (text == NULL)
		return;
	octets = g_base64_decode(text, &len);
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

static gboolean
is_named(const char *name, const char *want)
{
	return name != NULL && g_ascii_strcasecmp(name, want) == 0;
}

static void
examine_element(Reading *reading, const char *name)
{
	if (is_named(name, "Relationship")) {
		examine_relationship(reading);
	} else if (is_named(name, "ddeLink")) {
		examine_dde_link(reading);
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
		const xmlChar *space =
		    xmlTextReaderConstNamespaceUri(reading->xml);

		if (space != NULL && strcmp((const char *)space,
		    "http://openoffice.org/2000/script") == 0)
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

static void
examine_node(Reading *reading, char **element)
{
	int type = xmlTextReaderNodeType(reading->xml);
	const char *text;

	if (type == XML_READER_TYPE_ELEMENT) {
		g_free(*element);
		*element = g_strdup((const char *)
		    xmlTextReaderConstLocalName(reading->xml));
		if (*element != NULL)
			examine_element(reading, *element);
	} else if (*element != NULL && (type == XML_READER_TYPE_TEXT ||
	    type == XML_READER_TYPE_CDATA)) {
		text = (const char *)xmlTextReaderConstValue(reading->xml);
		if (is_named(*element, "instrText"))
			add_field_text(reading, text);
		else if (is_named(*element, "binData") ||
		    is_named(*element, "binaryData"))
			examine_coded_file(reading, text);
	} else if (type == XML_READER_TYPE_END_ELEMENT &&
	    is_named((const char *)xmlTextReaderConstLocalName(reading->xml),
	        "p")) {
		add_field_text(reading, " ");
	}
}

/*
 * libxml2 ends at 10 MB of one text, or at depth 256, unless told not to; but
 * then it no longer watches entities that multiply, and keeps its limits where
 * there are any.
 */
static int
parse_options(Span octets)
{
	return has_word(octets, "<!ENTITY") ? PARSE_OPTIONS :
	    PARSE_OPTIONS | XML_PARSE_HUGE;
}

/* What ended the reading is a limit of libxml2, and no mistake in the XML. */
static gboolean
ended_at_limit(void)
{
	static const int limits[] = { XML_ERR_INTERNAL_ERROR,
		XML_ERR_NO_MEMORY, XML_ERR_ENTITY_LOOP, XML_ERR_NAME_TOO_LONG };
	const xmlError *error = xmlGetLastError();

	for (gsize i = 0; error != NULL && i < G_N_ELEMENTS(limits); i++)
		if (error->code == limits[i])
			return TRUE;
	return FALSE;
}

void
office_examine_xml(Span octets, Traits *traits)
{
	Reading reading = { .traits = traits };
	g_autofree char *element = NULL;
	int result;

	if (!may_do_something(octets))
		return;
	if (octets.len > G_MAXINT) {
		traits->exceeds_limit = TRUE;
		return;
	}
	xmlResetLastError();
	reading.xml = xmlReaderForMemory((const char *)octets.octets,
	    (int)octets.len, NULL, NULL, parse_options(octets));
	if (reading.xml == NULL)
		return;
	reading.fields = g_string_new(NULL);
	while ((result = xmlTextReaderRead(reading.xml)) == 1)
		examine_node(&reading, &element);
	traits->exceeds_limit |= result != 0 && ended_at_limit();
	dde_examine_fields((Span){ (const guint8 *)reading.fields->str,
	    reading.fields->len }, traits);
	g_string_free(reading.fields, TRUE);
	xmlFreeTextReader(reading.xml);
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
}
