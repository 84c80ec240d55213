/*
 * scanner/html_tokens.c - see html_tokens.h
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <libxml/HTMLparser.h>
#include <stdlib.h>
#include <string.h>

#include "scanner/html_tokens.h"

/* Sorted by name. */
/* clang-format off */
static const HtmlElement elements[] = {
	{ "a", HTML_ELEMENT | HTML_STYLED | HTML_LINK_HREF },
	{ "abbr", HTML_ELEMENT }, { "acronym", HTML_ELEMENT },
	{ "address", HTML_ELEMENT }, { "applet", HTML_ELEMENT },
	{ "area", HTML_ELEMENT | HTML_LINK_HREF }, { "b", HTML_ELEMENT },
	{ "base", HTML_ELEMENT }, { "basefont", HTML_ELEMENT | HTML_STYLED },
	{ "bdo", HTML_ELEMENT }, { "bgsound", HTML_LINK_SRC },
	{ "big", HTML_ELEMENT | HTML_STYLED },
	{ "blockquote", HTML_ELEMENT | HTML_PARAGRAPH },
	{ "body", HTML_ELEMENT | HTML_STYLED | HTML_LINK_BACKGROUND },
	{ "br", HTML_ELEMENT | HTML_BREAK }, { "button", HTML_ELEMENT },
	{ "caption", HTML_ELEMENT }, { "center", HTML_ELEMENT },
	{ "cite", HTML_ELEMENT }, { "code", HTML_ELEMENT },
	{ "col", HTML_ELEMENT }, { "colgroup", HTML_ELEMENT },
	{ "dd", HTML_ELEMENT | HTML_GAP }, { "del", HTML_ELEMENT },
	{ "dfn", HTML_ELEMENT }, { "dir", HTML_ELEMENT },
	{ "div", HTML_ELEMENT | HTML_STYLED | HTML_BREAK },
	{ "dl", HTML_ELEMENT }, { "dt", HTML_ELEMENT | HTML_GAP },
	{ "em", HTML_ELEMENT }, { "embed", HTML_GAP | HTML_LINK_SRC },
	{ "fieldset", HTML_ELEMENT }, { "font", HTML_ELEMENT | HTML_STYLED },
	{ "form", HTML_ELEMENT }, { "frame", HTML_ELEMENT | HTML_LINK_SRC },
	{ "frameset", HTML_ELEMENT }, { "h1", HTML_ELEMENT | HTML_GAP },
	{ "h2", HTML_ELEMENT | HTML_GAP }, { "h3", HTML_ELEMENT | HTML_GAP },
	{ "h4", HTML_ELEMENT | HTML_GAP }, { "h5", HTML_ELEMENT | HTML_GAP },
	{ "h6", HTML_ELEMENT | HTML_GAP }, { "head", HTML_ELEMENT },
	{ "hr", HTML_ELEMENT | HTML_PARAGRAPH }, { "html", HTML_ELEMENT },
	{ "i", HTML_ELEMENT }, { "iframe", HTML_ELEMENT | HTML_LINK_SRC },
	{ "img", HTML_ELEMENT | HTML_LINK_SRC }, { "input", HTML_ELEMENT },
	{ "ins", HTML_ELEMENT }, { "isindex", HTML_ELEMENT },
	{ "kbd", HTML_ELEMENT }, { "label", HTML_ELEMENT },
	{ "legend", HTML_ELEMENT }, { "li", HTML_ELEMENT | HTML_GAP },
	{ "link", HTML_ELEMENT | HTML_LINK_HREF },
	{ "listing", HTML_PARAGRAPH }, { "map", HTML_ELEMENT },
	{ "marquee", HTML_STYLED }, { "menu", HTML_ELEMENT },
	{ "meta", HTML_ELEMENT }, { "nobr", HTML_ELEMENT },
	{ "noframes", HTML_ELEMENT }, { "noscript", HTML_ELEMENT },
	{ "object", HTML_ELEMENT }, { "ol", HTML_ELEMENT },
	{ "optgroup", HTML_ELEMENT }, { "option", HTML_ELEMENT },
	{ "p", HTML_ELEMENT | HTML_STYLED | HTML_PARAGRAPH },
	{ "param", HTML_ELEMENT }, { "plaintext", HTML_PARAGRAPH },
	{ "pre", HTML_ELEMENT | HTML_PARAGRAPH }, { "q", HTML_ELEMENT },
	{ "s", HTML_ELEMENT }, { "samp", HTML_ELEMENT },
	{ "script", HTML_ELEMENT | HTML_LITERAL | HTML_LINK_SRC },
	{ "select", HTML_ELEMENT }, { "small", HTML_ELEMENT | HTML_STYLED },
	{ "span", HTML_ELEMENT | HTML_STYLED }, { "strike", HTML_ELEMENT },
	{ "strong", HTML_ELEMENT }, { "style", HTML_ELEMENT | HTML_LITERAL },
	{ "sub", HTML_ELEMENT }, { "sup", HTML_ELEMENT },
	{ "table", HTML_ELEMENT | HTML_STYLED | HTML_LINK_BACKGROUND },
	{ "tbody", HTML_ELEMENT },
	{ "td", HTML_ELEMENT | HTML_STYLED | HTML_GAP | HTML_LINK_BACKGROUND },
	{ "textarea", HTML_ELEMENT }, { "tfoot", HTML_ELEMENT },
	{ "th", HTML_ELEMENT | HTML_STYLED | HTML_GAP },
	{ "thead", HTML_ELEMENT }, { "title", HTML_ELEMENT | HTML_PARAGRAPH },
	{ "tr", HTML_ELEMENT | HTML_STYLED | HTML_LINK_BACKGROUND },
	{ "tt", HTML_ELEMENT }, { "u", HTML_ELEMENT }, { "ul", HTML_ELEMENT },
	{ "var", HTML_ELEMENT }, { "x-sigsep", HTML_ELEMENT },
	{ "x-tab", HTML_ELEMENT }, { "xmp", HTML_PARAGRAPH },
};
/* clang-format on */

struct html_tokens {
	const char *at;         /* where the next text begins */
	const char *literal_end;        /* no tag begins before */
	HtmlTag tag;            /* of the last token */
	/* Searched for and not there: never searched for again, or a million
	 * openings would each read to the end. */
	gboolean lacks_comment_end;
	gboolean lacks_quote[2];
	gboolean lacks_end_tag[2];      /* of style, script */
};

static int
compare_element(const void *key, const void *row)
{
	return strcmp(key, ((const HtmlElement *)row)->name);
}

static void
attribute_clear(gpointer data)
{
	HtmlAttribute *attribute = data;

	g_free(attribute->name);
	g_free(attribute->value);
}

/* The character of "&name;" or "&#1;" at text; 0: none. *len: its octets. */
static gunichar
entity_at(const char *text, gsize *len)
{
	const htmlEntityDesc *entity;
	char name[12];
	guint64 code;
	gsize n;
	char *end;

	if (text[1] == '#') {
		gboolean is_hex = text[2] == 'x' || text[2] == 'X';
		const char *digits = text + (is_hex ? 3 : 2);

		if (is_hex ? !g_ascii_isxdigit(*digits) :
		    !g_ascii_isdigit(*digits))
			return 0;
		code = g_ascii_strtoull(digits, &end, is_hex ? 16 : 10);
		*len = (gsize)(end - text) + (*end == ';');
		return code != 0 && code <= 0x10ffff &&
		    g_unichar_validate((gunichar)code) ? (gunichar)code :
		    0xfffd;
	}
	n = strspn(text + 1, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS);
	if (n == 0 || n >= sizeof name)
		return 0;
	memcpy(name, text + 1, n);
	name[n] = '\0';
	entity = htmlEntityLookup((const xmlChar *)name);
	if (entity == NULL)
		return 0;
	*len = 1 + n + (text[1 + n] == ';');
	return entity->value;
}

/* text with its entities as characters. */
char *
html_decode_entities(const char *text, gsize len)
{
	g_autofree char *copy = g_strndup(text, len);
	GString *out;

	if (strchr(copy, '&') == NULL)
		return g_steal_pointer(&copy);
	out = g_string_sized_new(len);
	for (const char *at = copy; *at != '\0'; ) {
		gsize n = strcspn(at, "&");
		gunichar c;

		g_string_append_len(out, at, (gssize)n);
		at += n;
		if (*at == '\0')
			break;
		c = entity_at(at, &n);
		if (c == 0) {
			g_string_append_c(out, *at++);
		} else {
			g_string_append_unichar(out, c);
			at += n;
		}
	}
	return g_string_free(out, FALSE);
}

const char *
html_tag_attribute(const HtmlTag *tag, const char *name)
{
	for (guint i = 0; i < tag->attributes->len; i++) {
		const HtmlAttribute *attribute =
		    &g_array_index(tag->attributes, HtmlAttribute, i);

		if (strcmp(attribute->name, name) == 0)
			return attribute->value != NULL ? attribute->value :
			    attribute->name;
	}
	return NULL;
}

const char *
html_skip_blanks(const char *at)
{
	return at + strspn(at, " \t\r\n\f");
}

/* The quote that ends the value at value; NULL: it has none. */
static const char *
closing_quote(HtmlTokens *tokens, const char *value)
{
	gboolean *lacks = &tokens->lacks_quote[*value == '"'];
	const char *end;

	if ((*value != '"' && *value != '\'') || *lacks)
		return NULL;
	end = strchr(value + 1, *value);
	if (end == NULL)
		*lacks = TRUE;
	return end;
}

/* One attribute; at is not at a blank or the end. */
static const char *
read_attribute(HtmlTokens *tokens, const char *at, HtmlTag *tag)
{
	gsize len = strcspn(at, " \t\r\n\f=>");
	HtmlAttribute attribute = { NULL, NULL };
	const char *name = at;

	/* "=" alone is no name, but must be passed. */
	at += MAX(len, *at == '=' ? 1 : 0);
	if (len > 0 && tag->attributes->len < HTML_MAX_ATTRIBUTES)
		attribute.name = g_ascii_strdown(name, (gssize)len);
	tag->exceeds_limit |= len > 0 && attribute.name == NULL;
	if (*html_skip_blanks(at) == '=') {
		const char *value = html_skip_blanks(html_skip_blanks(at) + 1);
		const char *end;

		if ((end = closing_quote(tokens, value)) != NULL) {
			value++;
			at = end + 1;
		} else {
			end = value + strcspn(value, " \t\r\n\f>");
			at = end;
		}
		if (attribute.name != NULL)
			attribute.value = html_decode_entities(value,
			    (gsize)(end - value));
	}
	if (attribute.name != NULL)
		g_array_append_val(tag->attributes, attribute);
	return at;
}

/* The tag that begins with '<' at at; NULL: it is text. */
static const char *
read_tag(HtmlTokens *tokens, const char *at, HtmlTag *tag)
{
	gsize len;

	at++;
	tag->is_end = *at == '/';
	if (tag->is_end)
		at++;
	if (!g_ascii_isalpha(*at))
		return NULL;
	len = strcspn(at, " \t\r\n\f/>");
	tag->name = g_ascii_strdown(at, (gssize)MIN(len, 64));
	tag->element = bsearch(tag->name, elements, G_N_ELEMENTS(elements),
	    sizeof *elements, compare_element);
	at += len;
	for (;;) {
		at += strspn(at, " \t\r\n\f/");
		if (*at == '>')
			return at + 1;
		if (*at == '\0')
			return at;
		at = read_attribute(tokens, at, tag);
	}
}

/* "<!...>" or "<?...>" at at; where it ends. */
static const char *
read_declaration(HtmlTokens *tokens, const char *at, HtmlToken *token)
{
	const char *end;

	token->kind = g_ascii_strncasecmp(at, "<!doctype", 9) == 0 ?
	    HTML_TOKEN_DOCTYPE : HTML_TOKEN_DECLARATION;
	if (g_str_has_prefix(at, "<!--") && !tokens->lacks_comment_end) {
		end = strstr(at + 4, "-->");
		if (end != NULL) {
			token->kind = HTML_TOKEN_COMMENT;
			token->comment = at;
			token->comment_len = (gsize)(end + 3 - at);
			return end + 3;
		}
		tokens->lacks_comment_end = TRUE;
	}
	end = strchr(at, '>');
	return end != NULL ? end + 1 : at + strlen(at);
}

/* Where the end tag of a literal element begins; at: it has none. */
static const char *
skip_literal(HtmlTokens *tokens, const char *at, HtmlTag *tag)
{
	gboolean *lacks = &tokens->lacks_end_tag[tag->name[1] == 'c'];
	gsize len = strlen(tag->name);

	for (const char *end = at; !*lacks &&
	    (end = strstr(end, "</")) != NULL; end += 2)
		if (g_ascii_strncasecmp(end + 2, tag->name, len) == 0)
			return end;
	*lacks = TRUE;
	tag->is_unclosed = TRUE;
	return at;
}

static void
tag_reset(HtmlTag *tag)
{
	g_clear_pointer(&tag->name, g_free);
	tag->element = NULL;
	tag->is_unclosed = FALSE;
	tag->exceeds_limit = FALSE;
	g_array_set_size(tag->attributes, 0);
}

HtmlTokens *
html_tokens_new(const char *source)
{
	HtmlTokens *tokens = g_new0(HtmlTokens, 1);

	tokens->at = tokens->literal_end = source;
	tokens->tag.attributes = g_array_new(FALSE, FALSE,
	    sizeof(HtmlAttribute));
	g_array_set_clear_func(tokens->tag.attributes, attribute_clear);
	return tokens;
}

gboolean
html_tokens_next(HtmlTokens *tokens, HtmlToken *token)
{
	const char *at = tokens->literal_end, *next = NULL;

	*token = (HtmlToken){ .text = tokens->at, .kind = HTML_TOKEN_END };
	tag_reset(&tokens->tag);
	while (next == NULL && (at = strchr(at, '<')) != NULL) {
		if (at[1] == '!' || at[1] == '?') {
			next = read_declaration(tokens, at, token);
		} else if ((next = read_tag(tokens, at, &tokens->tag)) !=
		    NULL) {
			token->kind = HTML_TOKEN_TAG;
		} else {
			at++;
		}
	}
	if (next == NULL) {
		token->text_len = strlen(token->text);
		return FALSE;
	}
	token->text_len = (gsize)(at - token->text);
	tokens->at = tokens->literal_end = next;
	if (token->kind == HTML_TOKEN_TAG && !tokens->tag.is_end &&
	    tokens->tag.element != NULL &&
	    (tokens->tag.element->flags & HTML_LITERAL))
		tokens->literal_end = skip_literal(tokens, next, &tokens->tag);
	token->tag = tokens->tag;
	return TRUE;
}

void
html_tokens_free(HtmlTokens *tokens)
{
	if (tokens == NULL)
		return;
	g_free(tokens->tag.name);
	g_array_unref(tokens->tag.attributes);
	g_free(tokens);
}
