/*
 * scanner/html_text.c - what a reader of an HTML part sees, and its links.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "scanner/html_style.h"
#include "scanner/html_text.h"
#include "scanner/html_tokens.h"

/* Styles within styles; deeper ones look like the deepest that counts. */
#define MAX_STYLES 256u
/* Octets kept of comments, of scripts, of one title or anchor. */
#define MAX_ASIDE_OCTETS (64u << 10)

typedef struct {
	HtmlText *html;
	GArray *styles;         /* of HtmlStyle; never empty */
	int basefont;
	char *base;             /* of <base href>; NULL: none */
	GString *anchor;        /* text since the last <a>; NULL: none */
	HtmlLink *anchor_link;
	gboolean is_after_space;        /* what was written last is layout */
} Renderer;

static void
link_free(gpointer data)
{
	HtmlLink *link = data;

	g_free(link->uri);
	g_free(link->anchor);
	g_free(link);
}

static void
string_free(gpointer string)
{
	g_string_free(string, TRUE);
}

/* Appends what still fits. */
static void
append_aside(GString *to, const char *text, gsize len)
{
	if (to->len < MAX_ASIDE_OCTETS)
		g_string_append_len(to, text,
		    (gssize)MIN(len, MAX_ASIDE_OCTETS - to->len));
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
	gsize text_len;

	if (inside(renderer, "script") > 0) {
		append_aside(html->scripts, raw, len);
		return;
	}
	if (inside(renderer, "style") > 0 || len == 0)
		return;
	text = html_decode_entities(raw, len);
	blank_nbsp(text);
	text_len = strlen(text);
	if (inside(renderer, "a") > 0 && renderer->anchor != NULL)
		append_aside(renderer->anchor, text, text_len);
	if (inside(renderer, "title") > 0 && html->titles->len > 0)
		append_aside(g_ptr_array_index(html->titles,
		    html->titles->len - 1), text, text_len);
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
on_meta(Renderer *renderer, const HtmlTag *tag)
{
	const char *kind = html_tag_attribute(tag, "http-equiv");
	const char *content = html_tag_attribute(tag, "content");
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
read_links(Renderer *renderer, const HtmlTag *tag)
{
	guint flags = tag->element->flags;
	const char *name = tag->element->name;

	if (flags & HTML_LINK_HREF) {
		HtmlLink *link = add_link(renderer, name,
		    html_tag_attribute(tag, "href"));

		if (strcmp(name, "a") == 0) {
			end_anchor(renderer);
			renderer->anchor = g_string_new(NULL);
			renderer->anchor_link = link;
		}
	}
	if (flags & HTML_LINK_SRC)
		add_link(renderer, name, html_tag_attribute(tag, "src"));
	if (flags & HTML_LINK_BACKGROUND)
		add_link(renderer, name, html_tag_attribute(tag, "background"));
	if (strcmp(name, "form") == 0) {
		const char *action = html_tag_attribute(tag, "action");

		add_link(renderer, name, action);
		if (action != NULL &&
		    g_ascii_strncasecmp(action, "mailto:", 7) == 0)
			renderer->html->has_mailto_form = TRUE;
	} else if (strcmp(name, "base") == 0) {
		add_link(renderer, name, html_tag_attribute(tag, "href"));
		set_base(renderer, html_tag_attribute(tag, "href"));
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

	name = html_skip_blanks(name);
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
read_details(Renderer *renderer, const HtmlTag *tag)
{
	HtmlText *html = renderer->html;
	const char *name = tag->element->name;

	if (strcmp(name, "img") == 0) {
		guint64 width = image_side(html_tag_attribute(tag, "width"), 8);
		guint64 height = image_side(html_tag_attribute(tag, "height"), 6);

		html->image_area += width * height;
		if (renderer->anchor != NULL)
			append_aside(renderer->anchor, "<img>\n", 6);
	} else if (strcmp(name, "font") == 0) {
		const char *face = html_tag_attribute(tag, "face");

		if (face != NULL && !is_face(face))
			html->has_bad_face = TRUE;
	} else if (strcmp(name, "object") == 0 || strcmp(name, "embed") == 0) {
		html->has_embed = TRUE;
	} else if (strcmp(name, "title") == 0 && html->titles->len < 100) {
		g_ptr_array_add(html->titles, g_string_new(NULL));
	}
}

/* Font sizes: "4", "+1", "-2". */
static int
font_size(const Renderer *renderer, const char *value)
{
	long number = CLAMP(strtol(value, NULL, 10), -100, 100);

	value = html_skip_blanks(value);
	if (*value == '+' || *value == '-')
		return renderer->basefont + (int)number;
	return g_ascii_isdigit(*value) ? (int)number : renderer->basefont;
}

static void
open_style(Renderer *renderer, const HtmlTag *tag)
{
	HtmlStyle outer = *style_now(renderer);
	HtmlStyle style = outer;
	const char *value;

	style.tag = tag->element->name;
	if (strcmp(style.tag, "basefont") == 0) {
		if ((value = html_tag_attribute(tag, "size")) != NULL)
			renderer->basefont = font_size(renderer, value);
		return;
	}
	if (strcmp(style.tag, "big") == 0)
		style.size++;
	if (strcmp(style.tag, "small") == 0)
		style.size--;
	if (strcmp(style.tag, "font") == 0) {
		if ((value = html_tag_attribute(tag, "size")) != NULL)
			style.size = font_size(renderer, value);
		if ((value = html_tag_attribute(tag, "color")) != NULL)
			style.foreground = html_color_parse(value);
	}
	if (strcmp(style.tag, "body") == 0 &&
	    (value = html_tag_attribute(tag, "text")) != NULL)
		style.foreground = html_color_parse(value);
	if ((value = html_tag_attribute(tag, "bgcolor")) != NULL)
		style.background = html_color_parse(value);
	if ((value = html_tag_attribute(tag, "style")) != NULL)
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
count_tag(Renderer *renderer, const HtmlTag *tag)
{
	HtmlText *html = renderer->html;
	gboolean is_element = tag->element != NULL &&
	    (tag->element->flags & HTML_ELEMENT);
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
on_tag(Renderer *renderer, const HtmlTag *tag)
{
	const HtmlElement *element = tag->element;
	HtmlText *html = renderer->html;

	count_tag(renderer, tag);
	if (tag->is_unclosed)
		g_hash_table_replace(html->inside, g_strdup(tag->name), NULL);
	if (element == NULL)
		return;
	if (element->flags & HTML_STYLED) {
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
	if (element->flags & HTML_BREAK)
		write_space(renderer, "\n");
	else if (element->flags & HTML_GAP)
		write_space(renderer, " ");
	else if (element->flags & HTML_PARAGRAPH)
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

static void
render(Renderer *renderer, const char *source)
{
	HtmlText *html = renderer->html;
	g_autoptr(HtmlTokens) tokens = html_tokens_new(source);
	HtmlToken token;
	gboolean is_more;

	do {
		is_more = html_tokens_next(tokens, &token);
		on_text(renderer, token.text, token.text_len);
		if (token.kind == HTML_TOKEN_TAG) {
			on_tag(renderer, &token.tag);
		} else if (token.kind == HTML_TOKEN_COMMENT) {
			append_aside(html->comments, token.comment,
			    token.comment_len);
		} else if (token.kind == HTML_TOKEN_DOCTYPE) {
			html->tags++;
			html->elements++;
		}
	} while (is_more);
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
	html->titles = g_ptr_array_new_with_free_func(string_free);
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
