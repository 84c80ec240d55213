/*
 * scanner/html_text.c - what a reader of an HTML part sees, and its links.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <libxml/HTMLparser.h>
#include <stdlib.h>
#include <string.h>

#include "scanner/html_style.h"
#include "scanner/html_text.h"

/* Styles within styles; deeper ones look like the deepest that counts. */
#define MAX_STYLES 256u
/* Attributes read of one tag. */
#define MAX_ATTRIBUTES 64u
/* Octets kept of comments, of scripts, of one title or anchor. */
#define MAX_ASIDE_OCTETS (64u << 10)

enum {
	ELEMENT = 1 << 0,       /* of HTML 4 or XHTML 1 */
	STYLED = 1 << 1,        /* changes how text looks */
	BREAK = 1 << 2,         /* begins a line */
	GAP = 1 << 3,           /* sets a blank */
	PARAGRAPH = 1 << 4,     /* begins a paragraph */
	LITERAL = 1 << 5,       /* no tags inside but its own end */
	LINK_HREF = 1 << 6,
	LINK_SRC = 1 << 7,
	LINK_BACKGROUND = 1 << 8,
};

typedef struct {
	const char *name;
	guint flags;
} Element;

/* Sorted by name. */
/* clang-format off */
static const Element elements[] = {
	{ "a", ELEMENT | STYLED | LINK_HREF }, { "abbr", ELEMENT },
	{ "acronym", ELEMENT }, { "address", ELEMENT }, { "applet", ELEMENT },
	{ "area", ELEMENT | LINK_HREF }, { "b", ELEMENT },
	{ "base", ELEMENT }, { "basefont", ELEMENT | STYLED },
	{ "bdo", ELEMENT }, { "bgsound", LINK_SRC },
	{ "big", ELEMENT | STYLED }, { "blockquote", ELEMENT | PARAGRAPH },
	{ "body", ELEMENT | STYLED | LINK_BACKGROUND },
	{ "br", ELEMENT | BREAK }, { "button", ELEMENT },
	{ "caption", ELEMENT }, { "center", ELEMENT }, { "cite", ELEMENT },
	{ "code", ELEMENT }, { "col", ELEMENT }, { "colgroup", ELEMENT },
	{ "dd", ELEMENT | GAP }, { "del", ELEMENT }, { "dfn", ELEMENT },
	{ "dir", ELEMENT }, { "div", ELEMENT | STYLED | BREAK },
	{ "dl", ELEMENT }, { "dt", ELEMENT | GAP }, { "em", ELEMENT },
	{ "embed", GAP | LINK_SRC }, { "fieldset", ELEMENT },
	{ "font", ELEMENT | STYLED }, { "form", ELEMENT },
	{ "frame", ELEMENT | LINK_SRC }, { "frameset", ELEMENT },
	{ "h1", ELEMENT | GAP }, { "h2", ELEMENT | GAP },
	{ "h3", ELEMENT | GAP }, { "h4", ELEMENT | GAP },
	{ "h5", ELEMENT | GAP }, { "h6", ELEMENT | GAP },
	{ "head", ELEMENT }, { "hr", ELEMENT | PARAGRAPH },
	{ "html", ELEMENT }, { "i", ELEMENT },
	{ "iframe", ELEMENT | LINK_SRC }, { "img", ELEMENT | LINK_SRC },
	{ "input", ELEMENT }, { "ins", ELEMENT }, { "isindex", ELEMENT },
	{ "kbd", ELEMENT }, { "label", ELEMENT }, { "legend", ELEMENT },
	{ "li", ELEMENT | GAP }, { "link", ELEMENT | LINK_HREF },
	{ "listing", PARAGRAPH }, { "map", ELEMENT },
	{ "marquee", STYLED }, { "menu", ELEMENT }, { "meta", ELEMENT },
	{ "nobr", ELEMENT }, { "noframes", ELEMENT }, { "noscript", ELEMENT },
	{ "object", ELEMENT }, { "ol", ELEMENT }, { "optgroup", ELEMENT },
	{ "option", ELEMENT }, { "p", ELEMENT | STYLED | PARAGRAPH },
	{ "param", ELEMENT }, { "plaintext", PARAGRAPH },
	{ "pre", ELEMENT | PARAGRAPH }, { "q", ELEMENT }, { "s", ELEMENT },
	{ "samp", ELEMENT }, { "script", ELEMENT | LITERAL | LINK_SRC },
	{ "select", ELEMENT }, { "small", ELEMENT | STYLED },
	{ "span", ELEMENT | STYLED }, { "strike", ELEMENT },
	{ "strong", ELEMENT }, { "style", ELEMENT | LITERAL },
	{ "sub", ELEMENT }, { "sup", ELEMENT },
	{ "table", ELEMENT | STYLED | LINK_BACKGROUND },
	{ "tbody", ELEMENT },
	{ "td", ELEMENT | STYLED | GAP | LINK_BACKGROUND },
	{ "textarea", ELEMENT }, { "tfoot", ELEMENT },
	{ "th", ELEMENT | STYLED | GAP }, { "thead", ELEMENT },
	{ "title", ELEMENT | PARAGRAPH },
	{ "tr", ELEMENT | STYLED | LINK_BACKGROUND }, { "tt", ELEMENT },
	{ "u", ELEMENT }, { "ul", ELEMENT }, { "var", ELEMENT },
	{ "x-sigsep", ELEMENT }, { "x-tab", ELEMENT }, { "xmp", PARAGRAPH },
};
/* clang-format on */

typedef struct {
	char *name;
	char *value;            /* NULL: without one */
} Attribute;

typedef struct {
	const Element *element; /* NULL: not an element of HTML */
	char *name;
	gboolean is_end;
	GArray *attributes;     /* of Attribute */
} Tag;

typedef struct {
	HtmlText *html;
	GArray *styles;         /* of HtmlStyle; never empty */
	int basefont;
	char *base;             /* of <base href>; NULL: none */
	GString *anchor;        /* text since the last <a>; NULL: none */
	HtmlLink *anchor_link;
	gboolean is_after_space;        /* what was written last is layout */
	/* Searched for and not there: never searched for again, or a million
	 * openings would each read to the end. */
	gboolean lacks_comment_end;
	gboolean lacks_quote[2];
	gboolean lacks_end_tag[2];      /* of style, script */
} Renderer;

static int
compare_element(const void *key, const void *row)
{
	return strcmp(key, ((const Element *)row)->name);
}

static void
attribute_clear(gpointer data)
{
	Attribute *attribute = data;

	g_free(attribute->name);
	g_free(attribute->value);
}

static void
link_free(gpointer data)
{
	HtmlLink *link = data;

	g_free(link->uri);
	g_free(link->anchor);
	g_free(link);
}

/* Appends what still fits. */
static void
append_aside(GString *to, const char *text, gsize len)
{
	if (to->len < MAX_ASIDE_OCTETS)
		g_string_append_len(to, text,
		    (gssize)MIN(len, MAX_ASIDE_OCTETS - to->len));
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
static char *
decode_entities(const char *text, gsize len)
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

static const char *
attribute_value(const Tag *tag, const char *name)
{
	for (guint i = 0; i < tag->attributes->len; i++) {
		const Attribute *attribute =
		    &g_array_index(tag->attributes, Attribute, i);

		if (strcmp(attribute->name, name) == 0)
			return attribute->value != NULL ? attribute->value :
			    attribute->name;
	}
	return NULL;
}

static const char *
skip_blanks(const char *at)
{
	return at + strspn(at, " \t\r\n\f");
}

/* The quote that ends the value at value; NULL: it has none. */
static const char *
closing_quote(Renderer *renderer, const char *value)
{
	gboolean *lacks = &renderer->lacks_quote[*value == '"'];
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
read_attribute(Renderer *renderer, const char *at, Tag *tag)
{
	gsize len = strcspn(at, " \t\r\n\f=>");
	Attribute attribute = { NULL, NULL };
	const char *name = at;

	/* "=" alone is no name, but must be passed. */
	at += MAX(len, *at == '=' ? 1 : 0);
	if (tag->attributes->len < MAX_ATTRIBUTES && len > 0)
		attribute.name = g_ascii_strdown(name, (gssize)len);
	if (*skip_blanks(at) == '=') {
		const char *value = skip_blanks(skip_blanks(at) + 1);
		const char *end;

		if ((end = closing_quote(renderer, value)) != NULL) {
			value++;
			at = end + 1;
		} else {
			end = value + strcspn(value, " \t\r\n\f>");
			at = end;
		}
		if (attribute.name != NULL)
			attribute.value = decode_entities(value,
			    (gsize)(end - value));
	}
	if (attribute.name != NULL)
		g_array_append_val(tag->attributes, attribute);
	return at;
}

/* The tag that begins with '<' at at; NULL: it is text. */
static const char *
read_tag(Renderer *renderer, const char *at, Tag *tag)
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
		at = read_attribute(renderer, at, tag);
	}
}

static const HtmlStyle *
style_now(const Renderer *renderer)
{
	return &g_array_index(renderer->styles, HtmlStyle,
	    renderer->styles->len - 1);
}

static guint
inside(const Renderer *renderer, const char *name)
{
	return GPOINTER_TO_UINT(g_hash_table_lookup(renderer->html->inside,
	    name));
}

/* Line ends and blanks of the layout. */
static void
write_space(Renderer *renderer, const char *space)
{
	GString *text = renderer->html->text;

	if (!renderer->is_after_space && text->len > 0 &&
	    text->str[text->len - 1] == ' ')
		g_string_truncate(text, text->len - 1);
	g_string_append(text, space);
	renderer->is_after_space = TRUE;
}

/* Appends text with each run of blanks as one. */
static void
append_collapsed(GString *out, const char *text)
{
	while (*text != '\0') {
		gsize n = strspn(text, " \t\r\n\f\v");

		if (n > 0) {
			g_string_append_c(out, ' ');
			text += n;
		} else {
			n = strcspn(text, " \t\r\n\f\v");
			g_string_append_len(out, text, (gssize)n);
			text += n;
		}
	}
}

static gboolean
is_word_octet(char c)
{
	return !g_ascii_isspace(c) && !g_ascii_ispunct(c);
}

static gboolean
is_blank(const char *text)
{
	return text[strspn(text, " \t\r\n\f\v")] == '\0';
}

static void
write_text(Renderer *renderer, const char *text)
{
	HtmlText *html = renderer->html;
	const HtmlStyle *style = style_now(renderer);
	gboolean is_hidden = FALSE;

	if (*text == '\0')
		return;
	if (!is_blank(text)) {
		is_hidden = html_style_is_invisible(style);
		if (html_style_is_low_contrast(style))
			html->is_low_contrast = TRUE;
		else if (style->foreground == HTML_COLOR_INVALID ||
		    style->styled_background == HTML_COLOR_INVALID)
			html->has_bad_color = TRUE;
	}
	if (is_hidden)
		append_collapsed(html->hidden, text);
	if (html->text->len > 0 && is_word_octet(*text) &&
	    is_word_octet(html->text->str[html->text->len - 1]))
		html->obfuscation++;
	if (renderer->is_after_space && !is_hidden) {
		gsize n = strspn(text, " \t\r\n\f\v");

		text += n;
	}
	append_collapsed(html->text, text);
	renderer->is_after_space = FALSE;
}

/* A blank that does not break is a blank. */
static void
blank_nbsp(char *text)
{
	char *to = text;

	for (const char *from = text; *from != '\0'; from++) {
		if (from[0] == '\xc2' && from[1] == '\xa0') {
			*to++ = ' ';
			from++;
		} else {
			*to++ = *from;
		}
	}
	*to = '\0';
}

static void
on_text(Renderer *renderer, const char *raw, gsize len)
{
	HtmlText *html = renderer->html;
	g_autofree char *text = NULL;

	if (inside(renderer, "script") > 0) {
		append_aside(html->scripts, raw, len);
		return;
	}
	if (inside(renderer, "style") > 0 || len == 0)
		return;
	text = decode_entities(raw, len);
	blank_nbsp(text);
	if (inside(renderer, "a") > 0 && renderer->anchor != NULL)
		append_aside(renderer->anchor, text, strlen(text));
	if (inside(renderer, "title") > 0 && html->titles->len > 0) {
		char **title = (char **)&html->titles->pdata[
		    html->titles->len - 1];

		if (strlen(*title) + strlen(text) < MAX_ASIDE_OCTETS) {
			char *longer = g_strconcat(*title, text, NULL);

			g_free(*title);
			*title = longer;
		}
	}
	write_text(renderer, text);
}

/* "http://host" of an address; NULL: it is relative. */
static gboolean
has_scheme(const char *uri)
{
	gsize n = strcspn(uri, ":/?#");

	return n > 0 && uri[n] == ':';
}

/* A relative address as an absolute one, where there is a base. */
static char *
absolute(const Renderer *renderer, const char *uri)
{
	const char *slash;

	if (has_scheme(uri))
		return g_strdup(uri);
	if (g_str_has_prefix(uri, "//"))
		return g_strconcat("http:", uri, NULL);
	if (renderer->base == NULL)
		return g_strdup(uri);
	if (*uri == '/') {
		slash = strstr(renderer->base, "://");
		slash = slash != NULL ? strchr(slash + 3, '/') : NULL;
		if (slash != NULL) {
			g_autofree char *host = g_strndup(renderer->base,
			    (gsize)(slash - renderer->base));

			return g_strconcat(host, uri, NULL);
		}
	}
	return g_strconcat(renderer->base, uri, NULL);
}

static HtmlLink *
add_link(Renderer *renderer, const char *tag, const char *uri)
{
	HtmlText *html = renderer->html;
	g_autofree char *copy = NULL;
	HtmlLink *link;

	if (uri == NULL)
		return NULL;
	if (html->links->len >= HTML_MAX_LINKS) {
		html->is_truncated = TRUE;
		return NULL;
	}
	copy = g_strndup(uri, HTML_MAX_LINK_OCTETS);
	if (strlen(uri) > HTML_MAX_LINK_OCTETS)
		html->is_truncated = TRUE;
	g_strstrip(copy);
	if (*copy == '\0')
		return NULL;
	link = g_new0(HtmlLink, 1);
	link->uri = absolute(renderer, copy);
	link->tag = tag;
	g_ptr_array_add(html->links, link);
	return link;
}

static void
end_anchor(Renderer *renderer)
{
	if (renderer->anchor == NULL)
		return;
	if (renderer->anchor_link != NULL)
		renderer->anchor_link->anchor =
		    g_strndup(renderer->anchor->str, renderer->anchor->len);
	g_string_free(g_steal_pointer(&renderer->anchor), TRUE);
	renderer->anchor_link = NULL;
}

static void
set_base(Renderer *renderer, const char *href)
{
	char *slash;

	if (href == NULL || (g_ascii_strncasecmp(href, "http", 4) != 0 &&
	    g_ascii_strncasecmp(href, "ftp", 3) != 0))
		return;
	g_free(renderer->base);
	renderer->base = g_strndup(href, HTML_MAX_LINK_OCTETS);
	slash = strrchr(renderer->base, '/');
	if (slash != NULL && slash > renderer->base && slash[-1] != '/') {
		slash[1] = '\0';
	} else {
		char *longer = g_strconcat(renderer->base, "/", NULL);

		g_free(renderer->base);
		renderer->base = longer;
	}
}

/* <meta http-equiv=refresh content="0; url=..."> and charsets. */
static void
on_meta(Renderer *renderer, const Tag *tag)
{
	const char *kind = attribute_value(tag, "http-equiv");
	const char *content = attribute_value(tag, "content");
	g_autofree char *lower = NULL;
	const char *found;

	if (kind == NULL || content == NULL)
		return;
	lower = g_ascii_strdown(content, -1);
	if (g_ascii_strcasecmp(kind, "refresh") == 0 &&
	    (found = strstr(lower, "url")) != NULL &&
	    (found = strchr(found, '=')) != NULL) {
		add_link(renderer, "meta", content + (found + 1 - lower));
	} else if (g_ascii_strcasecmp(kind, "content-type") == 0 &&
	    (found = strstr(lower, "charset")) != NULL &&
	    (found = strchr(found, '=')) != NULL) {
		append_aside(renderer->html->charsets, found + 1,
		    strcspn(found + 1, "\"'; "));
		append_aside(renderer->html->charsets, " ", 1);
	}
}

/* Pixels; per cent of an assumed screen. */
static guint64
image_side(const char *value, guint percent)
{
	guint64 side;
	char *end;

	if (value == NULL)
		return 0;
	side = MIN(g_ascii_strtoull(value, &end, 10), 100000);
	if (*end == '%')
		side *= percent;
	return side != 0 ? side : 200;
}

static void
read_links(Renderer *renderer, const Tag *tag)
{
	guint flags = tag->element->flags;
	const char *name = tag->element->name;

	if (flags & LINK_HREF) {
		HtmlLink *link = add_link(renderer, name,
		    attribute_value(tag, "href"));

		if (strcmp(name, "a") == 0) {
			end_anchor(renderer);
			renderer->anchor = g_string_new(NULL);
			renderer->anchor_link = link;
		}
	}
	if (flags & LINK_SRC)
		add_link(renderer, name, attribute_value(tag, "src"));
	if (flags & LINK_BACKGROUND)
		add_link(renderer, name, attribute_value(tag, "background"));
	if (strcmp(name, "form") == 0) {
		const char *action = attribute_value(tag, "action");

		add_link(renderer, name, action);
		if (action != NULL &&
		    g_ascii_strncasecmp(action, "mailto:", 7) == 0)
			renderer->html->has_mailto_form = TRUE;
	} else if (strcmp(name, "base") == 0) {
		add_link(renderer, name, attribute_value(tag, "href"));
		set_base(renderer, attribute_value(tag, "href"));
	} else if (strcmp(name, "meta") == 0) {
		on_meta(renderer, tag);
	}
}

/* One name of a font: letters, blanks and hyphens, perhaps a digit, perhaps in
 * quotes. */
static gboolean
is_face_name(const char *name, gboolean is_first)
{
	gsize len, n;

	name = skip_blanks(name);
	if (*name == '"' || *name == '\'' || (is_first && *name == '.'))
		name++;
	len = strlen(name);
	if (len > 0 && (name[len - 1] == '"' || name[len - 1] == '\''))
		len--;
	if (len > 0 && g_ascii_isdigit(name[len - 1]))
		len--;
	n = strspn(name, G_CSET_A_2_Z G_CSET_a_2_z " -");
	return len >= 2 && n >= len && (g_ascii_isalpha(*name) ||
	    (is_first && *name == ' ')) && g_ascii_isalpha(name[len - 1]);
}

/* A face is a list of names; anything else is hand-made. */
static gboolean
is_face(const char *face)
{
	g_autofree char *copy = g_strdup(face);
	g_auto(GStrv) names = NULL;

	if (g_str_has_suffix(copy, ";"))
		copy[strlen(copy) - 1] = '\0';
	names = g_strsplit(copy, ",", 64);
	for (guint i = 0; names[i] != NULL; i++)
		if (!is_face_name(names[i], i == 0))
			return FALSE;
	return names[0] != NULL;
}

static void
read_details(Renderer *renderer, const Tag *tag)
{
	HtmlText *html = renderer->html;
	const char *name = tag->element->name;

	if (strcmp(name, "img") == 0) {
		guint64 width = image_side(attribute_value(tag, "width"), 8);
		guint64 height = image_side(attribute_value(tag, "height"), 6);

		html->image_area += width * height;
		if (renderer->anchor != NULL)
			append_aside(renderer->anchor, "<img>\n", 6);
	} else if (strcmp(name, "font") == 0) {
		const char *face = attribute_value(tag, "face");

		if (face != NULL && !is_face(face))
			html->has_bad_face = TRUE;
	} else if (strcmp(name, "object") == 0 || strcmp(name, "embed") == 0) {
		html->has_embed = TRUE;
	} else if (strcmp(name, "title") == 0 && html->titles->len < 100) {
		g_ptr_array_add(html->titles, g_strdup(""));
	}
}

/* Font sizes: "4", "+1", "-2". */
static int
font_size(const Renderer *renderer, const char *value)
{
	long number = CLAMP(strtol(value, NULL, 10), -100, 100);

	value = skip_blanks(value);
	if (*value == '+' || *value == '-')
		return renderer->basefont + (int)number;
	return g_ascii_isdigit(*value) ? (int)number : renderer->basefont;
}

static void
open_style(Renderer *renderer, const Tag *tag)
{
	HtmlStyle outer = *style_now(renderer);
	HtmlStyle style = outer;
	const char *value;

	style.tag = tag->element->name;
	if (strcmp(style.tag, "basefont") == 0) {
		if ((value = attribute_value(tag, "size")) != NULL)
			renderer->basefont = font_size(renderer, value);
		return;
	}
	if (strcmp(style.tag, "big") == 0)
		style.size++;
	if (strcmp(style.tag, "small") == 0)
		style.size--;
	if (strcmp(style.tag, "font") == 0) {
		if ((value = attribute_value(tag, "size")) != NULL)
			style.size = font_size(renderer, value);
		if ((value = attribute_value(tag, "color")) != NULL)
			style.foreground = html_color_parse(value);
	}
	if (strcmp(style.tag, "body") == 0 &&
	    (value = attribute_value(tag, "text")) != NULL)
		style.foreground = html_color_parse(value);
	if ((value = attribute_value(tag, "bgcolor")) != NULL)
		style.background = html_color_parse(value);
	if ((value = attribute_value(tag, "style")) != NULL)
		html_style_read(&style, &outer, value);
	renderer->html->max_size = MAX(renderer->html->max_size, style.size);
	renderer->html->min_size = MIN(renderer->html->min_size, style.size);
	if (renderer->styles->len < MAX_STYLES)
		g_array_append_val(renderer->styles, style);
}

/* Ends the innermost such element and what is open inside it. */
static void
close_style(Renderer *renderer, const char *name)
{
	for (guint i = renderer->styles->len; i-- > 1; )
		if (g_array_index(renderer->styles, HtmlStyle, i).tag == name) {
			g_array_set_size(renderer->styles, i);
			return;
		}
}

/* Cells and rows may lack their ends. */
static void
close_cells(Renderer *renderer, const char *name)
{
	gboolean is_row = strcmp(name, "tr") == 0;

	while (renderer->styles->len > 1) {
		const char *top = style_now(renderer)->tag;

		if (strcmp(top, "font") != 0 && strcmp(top, "td") != 0 &&
		    strcmp(top, "th") != 0 &&
		    !(is_row && strcmp(top, "tr") == 0))
			return;
		g_array_set_size(renderer->styles, renderer->styles->len - 1);
	}
}

static void
count_tag(Renderer *renderer, const Tag *tag)
{
	HtmlText *html = renderer->html;
	gboolean is_element = tag->element != NULL &&
	    (tag->element->flags & ELEMENT);
	gboolean is_new = !g_hash_table_contains(html->inside, tag->name);
	guint depth = inside(renderer, tag->name);

	html->tags++;
	html->elements += is_element ? 1 : 0;
	/* Nobody invents a thousand elements but to fill our memory. */
	if (is_new && g_hash_table_size(html->inside) > 1000)
		return;
	if (is_new) {
		html->tags_seen++;
		html->elements_seen += is_element ? 1 : 0;
	}
	if (tag->is_end && depth == 0)
		html->closed_extra++;
	else
		depth = tag->is_end ? depth - 1 : depth + 1;
	g_hash_table_replace(html->inside, g_strdup(tag->name),
	    GUINT_TO_POINTER(depth));
}

static void
on_tag(Renderer *renderer, const Tag *tag)
{
	const Element *element = tag->element;
	HtmlText *html = renderer->html;

	count_tag(renderer, tag);
	if (element == NULL)
		return;
	if (element->flags & STYLED) {
		if (strcmp(element->name, "td") == 0 ||
		    strcmp(element->name, "th") == 0 ||
		    strcmp(element->name, "tr") == 0) {
			if (!tag->is_end)
				close_cells(renderer, element->name);
		}
		if (!tag->is_end)
			open_style(renderer, tag);
		else if (strcmp(element->name, "body") != 0)
			close_style(renderer, element->name);
	}
	if (element->flags & BREAK)
		write_space(renderer, "\n");
	else if (element->flags & GAP)
		write_space(renderer, " ");
	else if (element->flags & PARAGRAPH)
		write_space(renderer, "\n\n");
	if (!tag->is_end) {
		read_links(renderer, tag);
		read_details(renderer, tag);
	} else if (strcmp(element->name, "a") == 0) {
		end_anchor(renderer);
	} else if (strcmp(element->name, "html") == 0) {
		html->is_closed_html = TRUE;
	} else if (strcmp(element->name, "body") == 0) {
		html->is_closed_body = TRUE;
	}
}

/* "<!...>" and "<?...>"; comments are kept. */
static const char *
skip_declaration(Renderer *renderer, const char *at)
{
	const char *end;

	if (g_str_has_prefix(at, "<!--") && !renderer->lacks_comment_end) {
		end = strstr(at + 4, "-->");
		if (end != NULL) {
			append_aside(renderer->html->comments, at,
			    (gsize)(end + 3 - at));
			return end + 3;
		}
		renderer->lacks_comment_end = TRUE;
	}
	if (g_ascii_strncasecmp(at, "<!doctype", 9) == 0) {
		renderer->html->tags++;
		renderer->html->elements++;
	}
	end = strchr(at, '>');
	return end != NULL ? end + 1 : at + strlen(at);
}

/*
 * Where the end tag of a literal element begins. One that is never closed is
 * taken as closed at once: clients may hide what follows, rules must see it.
 */
static const char *
skip_literal(Renderer *renderer, const char *at, const char *name)
{
	gboolean *lacks = &renderer->lacks_end_tag[name[1] == 'c'];
	gsize len = strlen(name);

	for (const char *end = at; !*lacks &&
	    (end = strstr(end, "</")) != NULL; end += 2)
		if (g_ascii_strncasecmp(end + 2, name, len) == 0)
			return end;
	*lacks = TRUE;
	g_hash_table_replace(renderer->html->inside, g_strdup(name), NULL);
	return at;
}

static void
render(Renderer *renderer, const char *at)
{
	const char *text = at;

	while ((at = strchr(at, '<')) != NULL) {
		Tag tag = { .attributes = NULL };
		const char *next;

		if (at[1] == '!' || at[1] == '?') {
			on_text(renderer, text, (gsize)(at - text));
			text = at = skip_declaration(renderer, at);
			continue;
		}
		tag.attributes = g_array_new(FALSE, FALSE, sizeof(Attribute));
		g_array_set_clear_func(tag.attributes, attribute_clear);
		next = read_tag(renderer, at, &tag);
		if (next == NULL) {
			at++;
		} else {
			on_text(renderer, text, (gsize)(at - text));
			on_tag(renderer, &tag);
			text = at = next;
			if (!tag.is_end && tag.element != NULL &&
			    (tag.element->flags & LITERAL)) {
				at = skip_literal(renderer, at, tag.name);
			}
		}
		g_free(tag.name);
		g_array_unref(tag.attributes);
	}
	on_text(renderer, text, strlen(text));
}

HtmlText *
html_text_new(const char *source)
{
	HtmlText *html = g_new0(HtmlText, 1);
	HtmlStyle initial = html_style_initial();
	Renderer renderer = { .html = html, .basefont = initial.size };

	html->text = g_string_new(NULL);
	html->hidden = g_string_new(NULL);
	html->links = g_ptr_array_new_with_free_func(link_free);
	html->titles = g_ptr_array_new_with_free_func(g_free);
	html->comments = g_string_new(NULL);
	html->scripts = g_string_new(NULL);
	html->charsets = g_string_new(NULL);
	html->inside = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
	    NULL);
	html->min_size = html->max_size = initial.size;
	renderer.styles = g_array_new(FALSE, FALSE, sizeof(HtmlStyle));
	g_array_append_val(renderer.styles, initial);
	render(&renderer, source);
	end_anchor(&renderer);
	g_array_unref(renderer.styles);
	g_free(renderer.base);
	return html;
}

void
html_text_free(HtmlText *html)
{
	if (html == NULL)
		return;
	g_string_free(html->text, TRUE);
	g_string_free(html->hidden, TRUE);
	g_ptr_array_unref(html->links);
	g_ptr_array_unref(html->titles);
	g_string_free(html->comments, TRUE);
	g_string_free(html->scripts, TRUE);
	g_string_free(html->charsets, TRUE);
	g_hash_table_unref(html->inside);
	g_free(html);
}
