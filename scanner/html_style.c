/*
 * scanner/html_style.c - whether a reader can see the text at a place.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scanner/html_style.h"

/* Weighted distance of two colours that are just told apart (of 191). */
#define MIN_CONTRAST 12.0

typedef struct {
	const char *name;
	guint32 color;
} NamedColor;

/* The names of CSS, sorted. */
/* clang-format off */
static const NamedColor named_colors[] = {
	{ "aliceblue", 0xf0f8ff }, { "antiquewhite", 0xfaebd7 },
	{ "aqua", 0x00ffff }, { "aquamarine", 0x7fffd4 },
	{ "azure", 0xf0ffff }, { "beige", 0xf5f5dc }, { "bisque", 0xffe4c4 },
	{ "black", 0x000000 }, { "blanchedalmond", 0xffebcd },
	{ "blue", 0x0000ff }, { "blueviolet", 0x8a2be2 },
	{ "brown", 0xa52a2a }, { "burlywood", 0xdeb887 },
	{ "cadetblue", 0x5f9ea0 }, { "chartreuse", 0x7fff00 },
	{ "chocolate", 0xd2691e }, { "coral", 0xff7f50 },
	{ "cornflowerblue", 0x6495ed }, { "cornsilk", 0xfff8dc },
	{ "crimson", 0xdc143c }, { "cyan", 0x00ffff },
	{ "darkblue", 0x00008b }, { "darkcyan", 0x008b8b },
	{ "darkgoldenrod", 0xb8860b }, { "darkgray", 0xa9a9a9 },
	{ "darkgreen", 0x006400 }, { "darkgrey", 0xa9a9a9 },
	{ "darkkhaki", 0xbdb76b }, { "darkmagenta", 0x8b008b },
	{ "darkolivegreen", 0x556b2f }, { "darkorange", 0xff8c00 },
	{ "darkorchid", 0x9932cc }, { "darkred", 0x8b0000 },
	{ "darksalmon", 0xe9967a }, { "darkseagreen", 0x8fbc8f },
	{ "darkslateblue", 0x483d8b }, { "darkslategray", 0x2f4f4f },
	{ "darkslategrey", 0x2f4f4f }, { "darkturquoise", 0x00ced1 },
	{ "darkviolet", 0x9400d3 }, { "deeppink", 0xff1493 },
	{ "deepskyblue", 0x00bfff }, { "dimgray", 0x696969 },
	{ "dimgrey", 0x696969 }, { "dodgerblue", 0x1e90ff },
	{ "firebrick", 0xb22222 }, { "floralwhite", 0xfffaf0 },
	{ "forestgreen", 0x228b22 }, { "fuchsia", 0xff00ff },
	{ "gainsboro", 0xdcdcdc }, { "ghostwhite", 0xf8f8ff },
	{ "gold", 0xffd700 }, { "goldenrod", 0xdaa520 }, { "gray", 0x808080 },
	{ "green", 0x008000 }, { "greenyellow", 0xadff2f },
	{ "grey", 0x808080 }, { "honeydew", 0xf0fff0 },
	{ "hotpink", 0xff69b4 }, { "indianred", 0xcd5c5c },
	{ "indigo", 0x4b0082 }, { "ivory", 0xfffff0 }, { "khaki", 0xf0e68c },
	{ "lavender", 0xe6e6fa }, { "lavenderblush", 0xfff0f5 },
	{ "lawngreen", 0x7cfc00 }, { "lemonchiffon", 0xfffacd },
	{ "lightblue", 0xadd8e6 }, { "lightcoral", 0xf08080 },
	{ "lightcyan", 0xe0ffff }, { "lightgoldenrodyellow", 0xfafad2 },
	{ "lightgray", 0xd3d3d3 }, { "lightgreen", 0x90ee90 },
	{ "lightgrey", 0xd3d3d3 }, { "lightpink", 0xffb6c1 },
	{ "lightsalmon", 0xffa07a }, { "lightseagreen", 0x20b2aa },
	{ "lightskyblue", 0x87cefa }, { "lightslategray", 0x778899 },
	{ "lightslategrey", 0x778899 }, { "lightsteelblue", 0xb0c4de },
	{ "lightyellow", 0xffffe0 }, { "lime", 0x00ff00 },
	{ "limegreen", 0x32cd32 }, { "linen", 0xfaf0e6 },
	{ "magenta", 0xff00ff }, { "maroon", 0x800000 },
	{ "mediumaquamarine", 0x66cdaa }, { "mediumblue", 0x0000cd },
	{ "mediumorchid", 0xba55d3 }, { "mediumpurple", 0x9370db },
	{ "mediumseagreen", 0x3cb371 }, { "mediumslateblue", 0x7b68ee },
	{ "mediumspringgreen", 0x00fa9a }, { "mediumturquoise", 0x48d1cc },
	{ "mediumvioletred", 0xc71585 }, { "midnightblue", 0x191970 },
	{ "mintcream", 0xf5fffa }, { "mistyrose", 0xffe4e1 },
	{ "moccasin", 0xffe4b5 }, { "navajowhite", 0xffdead },
	{ "navy", 0x000080 }, { "oldlace", 0xfdf5e6 }, { "olive", 0x808000 },
	{ "olivedrab", 0x6b8e23 }, { "orange", 0xffa500 },
	{ "orangered", 0xff4500 }, { "orchid", 0xda70d6 },
	{ "palegoldenrod", 0xeee8aa }, { "palegreen", 0x98fb98 },
	{ "paleturquoise", 0xafeeee }, { "palevioletred", 0xdb7093 },
	{ "papayawhip", 0xffefd5 }, { "peachpuff", 0xffdab9 },
	{ "peru", 0xcd853f }, { "pink", 0xffc0cb }, { "plum", 0xdda0dd },
	{ "powderblue", 0xb0e0e6 }, { "purple", 0x800080 },
	{ "red", 0xff0000 }, { "rosybrown", 0xbc8f8f },
	{ "royalblue", 0x4169e1 }, { "saddlebrown", 0x8b4513 },
	{ "salmon", 0xfa8072 }, { "sandybrown", 0xf4a460 },
	{ "seagreen", 0x2e8b57 }, { "seashell", 0xfff5ee },
	{ "sienna", 0xa0522d }, { "silver", 0xc0c0c0 },
	{ "skyblue", 0x87ceeb }, { "slateblue", 0x6a5acd },
	{ "slategray", 0x708090 }, { "slategrey", 0x708090 },
	{ "snow", 0xfffafa }, { "springgreen", 0x00ff7f },
	{ "steelblue", 0x4682b4 }, { "tan", 0xd2b48c }, { "teal", 0x008080 },
	{ "thistle", 0xd8bfd8 }, { "tomato", 0xff6347 },
	{ "turquoise", 0x40e0d0 }, { "violet", 0xee82ee },
	{ "wheat", 0xf5deb3 }, { "white", 0xffffff },
	{ "whitesmoke", 0xf5f5f5 }, { "yellow", 0xffff00 },
	{ "yellowgreen", 0x9acd32 },
};
/* clang-format on */

HtmlStyle
html_style_initial(void)
{
	HtmlStyle style = { "", 0x000000, 0xffffff, 0xffffff, 3, FALSE };

	return style;
}

static int
compare_color(const void *key, const void *row)
{
	return strcmp(key, ((const NamedColor *)row)->name);
}

/* "rgb(1, 2, 3)" or in per cent. */
static guint32
parse_rgb(const char *text)
{
	guint32 color = 0;

	text = strchr(text, '(');
	for (int i = 0; i < 3; i++) {
		guint64 value;
		char *end;

		if (text == NULL)
			return HTML_COLOR_INVALID;
		value = g_ascii_strtoull(text + 1, &end, 10);
		if (end == text + 1)
			return HTML_COLOR_INVALID;
		if (*end == '%')
			value = MIN(value, 100) * 255 / 100;
		color = color << 8 | (guint32)MIN(value, 255);
		text = strpbrk(end, ", ");
		if (text != NULL)
			text += strspn(text, ", ") - 1;
	}
	return color;
}

static guint32
parse_hex(const char *text)
{
	char digits[7] = "";
	guint n = 0;

	for (; *text != '\0' && n < 6; text++)
		if (g_ascii_isxdigit(*text))
			digits[n++] = *text;
	if (n > 3 && n < 6)
		n = 3;
	while (n % 3 != 0 || n == 0)
		digits[n++] = '0';
	if (n == 3) {
		digits[4] = digits[5] = digits[2];
		digits[2] = digits[3] = digits[1];
		digits[1] = digits[0];
	}
	digits[6] = '\0';
	return (guint32)strtoul(digits, NULL, 16);
}

guint32
html_color_parse(const char *text)
{
	g_autofree char *copy = g_ascii_strdown(text, -1);
	const char *name = g_strstrip(copy);
	const NamedColor *row = bsearch(name, named_colors,
	    G_N_ELEMENTS(named_colors), sizeof *row, compare_color);

	if (row != NULL)
		return row->color;
	if (g_str_has_prefix(name, "rgb"))
		return parse_rgb(name);
	if (*name == '#' && name[1 + strspn(name + 1, "0123456789abcdef#")] ==
	    '\0')
		return parse_hex(name);
	return HTML_COLOR_INVALID;
}

static void
set_foreground(HtmlStyle *style, const char *value)
{
	if (strcmp(value, "transparent") == 0)
		style->foreground = style->background;
	else if (strcmp(value, "inherit") != 0)
		style->foreground = html_color_parse(value);
}

static void
set_background_color(HtmlStyle *style, const HtmlStyle *outer,
    const char *value)
{
	if (strcmp(value, "inherit") == 0)
		return;
	if (strcmp(value, "transparent") == 0) {
		style->background = outer->background;
		style->styled_background = outer->styled_background;
	} else {
		style->background = style->styled_background =
		    html_color_parse(value);
	}
}

/* "background: url(x) #fff no-repeat": the word that is a colour. */
static void
set_background(HtmlStyle *style, const char *value)
{
	g_auto(GStrv) words = g_strsplit(value, " ", 32);

	for (guint i = 0; words[i] != NULL; i++) {
		guint32 color = html_color_parse(words[i]);

		if (color != HTML_COLOR_INVALID) {
			style->background = style->styled_background = color;
			return;
		}
	}
}

static void
read_property(HtmlStyle *style, const HtmlStyle *outer, const char *name,
    char *value)
{
	char *important = strstr(value, "!");

	if (important != NULL)
		*important = '\0';
	g_strstrip(value);
	if (strcmp(name, "color") == 0)
		set_foreground(style, value);
	else if (strcmp(name, "background-color") == 0)
		set_background_color(style, outer, value);
	else if (strcmp(name, "background") == 0)
		set_background(style, value);
	else if (strcmp(name, "display") == 0)
		style->is_hidden = strcmp(value, "none") == 0;
	else if (strcmp(name, "visibility") == 0 &&
	    strcmp(value, "hidden") == 0)
		style->is_hidden = TRUE;
}

void
html_style_read(HtmlStyle *style, const HtmlStyle *outer,
    const char *attribute)
{
	g_autofree char *lower = g_ascii_strdown(attribute, -1);
	g_auto(GStrv) properties = g_strsplit(lower, ";", 64);

	for (guint i = 0; properties[i] != NULL; i++) {
		char *colon = strchr(properties[i], ':');

		if (colon == NULL)
			continue;
		*colon = '\0';
		read_property(style, outer, g_strstrip(properties[i]),
		    colon + 1);
	}
}

static gboolean
is_low_contrast(guint32 foreground, guint32 background)
{
	static const double weights[] = { 0.2126, 0.7152, 0.0722 };
	double sum = 0;

	if (foreground == background)
		return TRUE;
	if (foreground == HTML_COLOR_INVALID ||
	    background == HTML_COLOR_INVALID)
		return FALSE;
	for (guint i = 0; i < 3; i++) {
		guint shift = 16 - 8 * i;
		double part = weights[i] *
		    ((double)(foreground >> shift & 0xff) -
		    (double)(background >> shift & 0xff));

		sum += part * part;
	}
	return sqrt(sum) < MIN_CONTRAST;
}

gboolean
html_style_is_low_contrast(const HtmlStyle *style)
{
	return is_low_contrast(style->foreground, style->styled_background);
}

gboolean
html_style_is_invisible(const HtmlStyle *style)
{
	return is_low_contrast(style->foreground, style->background) ||
	    style->foreground == HTML_COLOR_INVALID ||
	    style->background == HTML_COLOR_INVALID || style->size <= 1 ||
	    style->is_hidden;
}
