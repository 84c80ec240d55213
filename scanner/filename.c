/*
 * scanner/filename.c - a file name in canonical form, whatever was done to it.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "scanner/filename.h"
#include "scanner/name_text.h"

void
filename_init(void)
{
	name_text_init();
}

/* Takes over the string. FALSE: it was there already, or there is no room. */
static gboolean
add_unique(Filename *filename, GPtrArray *strings, char *string, guint max)
{
	if (g_ptr_array_find_with_equal_func(strings, string, g_str_equal,
	    NULL)) {
		g_free(string);
		return FALSE;
	}
	if (strings->len == max) {
		filename->oddities |= FILENAME_ODD_EXCEEDS;
		g_free(string);
		return FALSE;
	}
	g_ptr_array_add(strings, string);
	return TRUE;
}

/* --- characters ---------------------------------------------------------- */

/*
 * Letters that look like Latin ones, beyond those that compatibility mappings
 * and the removal of accents make Latin. Fonts of mail clients show the two of
 * a pair alike or nearly so; and converters to an 8-bit charset put the Latin
 * one ("best fit") for several of them. Where the two cases look like different
 * letters, each stands for what itself looks like.
 */
static const struct {
	const char *script;
	const char *letters;
	const char *latin;      /* for each of letters one ASCII letter */
} look_alikes[] = {
	{ "Cyrillic",
	    "АаВвСсԀԁЕеҺһНнІіЈјКкӀӏМмпОоРрԚԛгЅѕТтѴѵԜԝХхУуҮүь",
	    "aabbccddeehhhhiijjkkllmmnooppqqrssttvvwwxxyyyyb" },
	{ "Greek",
	    "ΑαΒβϹϲΕεϜΗηΙιͿϳΚκΜμΝνΟοΡρΤτΥυΧχΖγω",
	    "aabbcceefhniijjkkmunvooppttyuxxzyw" },
	{ "Latin letters that are not in ASCII, and have no decomposition",
	    "ıȷɑɡɩɪøØđĐħĦłŁŧŦƀɨʟʀɴʙɢʜᴀᴄᴅᴇꜰᴊᴋᴍᴏᴘꜱᴛᴜᴠᴡʏᴢ",
	    "ijagiioodd" "hhllttbilrnbghacdefjkmopstuvwyz" },
	{ "Armenian", "ՕօՍսհոցզՏԼ", "oouuhngqsl" },
	{ "Cherokee", "ᎠᎡᎢᎥᎪᎫᎬᎳᎷᎻᏀᏃᏚᏙᏞᏟᏢᏦᏴ", "drtiajewmhgzsvlcpkb" },
	{ "Lisu", "ꓐꓑꓓꓔꓖꓗꓙꓚꓜꓝꓟꓠꓡꓢꓣꓦꓧꓪꓫꓬꓮꓰꓲꓳꓴ",
	    "bpdtgkjczfmnlsrvhwxyaeiou" },
};

/* Lower case; c itself where it looks like no Latin letter. */
static gunichar
latin_letter(gunichar c)
{
	if (c < 0x80)
		return (gunichar)g_ascii_tolower((char)c);
	for (gsize i = 0; i < G_N_ELEMENTS(look_alikes); i++) {
		const char *letters = look_alikes[i].letters;
		const char *letter = g_utf8_strchr(letters, -1, c);

		if (letter != NULL)
			return (gunichar)look_alikes[i].latin[
			    g_utf8_pointer_to_offset(letters, letter)];
	}
	return c;
}

/* Full stops of other scripts, and the Lisu letter that looks like one. The
 * one-dot leader, the small and the full-width full stop are decomposed to
 * ASCII. */
static gboolean
is_dot(gunichar c)
{
	return c == '.' || c == 0x3002 || c == 0xff61 || c == 0x06d4 ||
	    c == 0x0701 || c == 0x0702 || c == 0xa60e || c == 0xa4f8;
}

/* Also what is shown as a blank: Braille without dots, Hangul fillers. */
static gboolean
is_blank(gunichar c)
{
	return g_unichar_isspace(c) || c == 0x2028 || c == 0x2029 ||
	    c == 0x2800 || c == 0x115f || c == 0x1160;
}

static gboolean
is_direction(gunichar c)
{
	return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

/* Nobody sees them, or (U+FFFD) decoders leave out what they stand for. */
static gboolean
is_invisible(gunichar c)
{
	return g_unichar_type(c) == G_UNICODE_FORMAT || c == 0x034f ||
	    (c >= 0x180b && c <= 0x180d) || (c >= 0xfe00 && c <= 0xfe0f) ||
	    (c >= 0xe0100 && c <= 0xe01ef) || c == 0xfffd;
}

/* --- a form in the making ---------------------------------------------------- */

/* Appends a character that is decomposed already. */
static void
append_decomposed(GString *form, gunichar c)
{
	if (is_dot(c))
		g_string_append_c(form, '.');
	else if (is_blank(c))
		g_string_append_c(form, ' ');
	else if (c == '\\')
		g_string_append_c(form, '/');
	else
		g_string_append_unichar(form, c);
}

static void
append_character(Filename *filename, GString *form, gunichar c)
{
	gunichar parts[G_UNICHAR_MAX_DECOMPOSITION_LENGTH];
	gsize n;

	if (c > ' ' && c < 0x7f) {
		append_decomposed(form, c);
	} else if (c == '\0') {
		filename->oddities |= FILENAME_ODD_NUL;
	} else if (g_unichar_iscntrl(c) && !is_invisible(c)) {
		filename->oddities |= FILENAME_ODD_CONTROL;
	} else if (is_direction(c)) {
		filename->oddities |= FILENAME_ODD_DIRECTION;
	} else if (!is_invisible(c)) {
		n = g_unichar_fully_decompose(c, TRUE, parts,
		    G_N_ELEMENTS(parts));
		/* A full-width colon begins no stream, and is common in honest
		 * Chinese names. */
		for (gsize i = 0; i < n; i++)
			append_decomposed(form, parts[i] == ':' && c != ':' ?
			    0xff1a : parts[i]);
	}
}

/* All that may follow an extension and does not belong to it: what systems cut
 * (dots, blanks, the colon of no stream), quotes and separators left over from
 * parameters, and what no Windows name may have. */
static gboolean
is_residue(char c, FilenameSource source)
{
	return strchr(". :\"'`;,<>|?*", c) != NULL ||
	    (c == '/' && source != FILENAME_MEMBER);
}

static void
chomp(Filename *filename, GString *form, FilenameSource source)
{
	gsize len = form->len;

	while (len > 0 && is_residue(form->str[len - 1], source))
		if (strchr(". ", form->str[--len]) != NULL)
			filename->oddities |= FILENAME_ODD_TRAILING;
	g_string_truncate(form, len);
}

/* Without folders, drive, and quotes and blanks around it. */
static void
trim(Filename *filename, GString *form, FilenameSource source)
{
	const char *slash;
	gsize begin;

	chomp(filename, form, source);
	slash = strrchr(form->str, '/');
	begin = slash != NULL ? (gsize)(slash + 1 - form->str) : 0;
	while (form->str[begin] != '\0' &&
	    strchr(" \"'`", form->str[begin]) != NULL)
		begin++;
	if (g_ascii_isalpha(form->str[begin]) && form->str[begin + 1] == ':')
		begin += 2;
	g_string_erase(form, 0, (gssize)begin);
}

/* --- extensions ------------------------------------------------------------------ */

/* Composed and in lower case, which is the same everywhere: g_utf8_strdown()
 * would leave no "i" in "PIF" under a Turkish locale. Caller frees. */
static char *
lower(const char *text)
{
	g_autofree char *composed = g_utf8_normalize(text, -1,
	    G_NORMALIZE_NFC);
	g_autoptr(GString) out = g_string_sized_new(strlen(composed) + 1);

	for (const char *p = composed; *p != '\0'; p = g_utf8_next_char(p))
		g_string_append_unichar(out,
		    g_unichar_tolower(g_utf8_get_char(p)));
	return g_string_free(g_steal_pointer(&out), FALSE);
}

static gboolean
is_class_id(const char *extension)
{
	/* 8, 4, 4, 4 and 12 digits with hyphens between */
	return strlen(extension) == 38 && extension[0] == '{' &&
	    extension[37] == '}' &&
	    strspn(extension + 1, "0123456789abcdef-") == 36;
}

/*
 * Whether the text has the extension in plain ASCII, as spelt. Upper case is
 * plain.
 */
static gboolean
is_spelt(const GString *text, const char *extension)
{
	gsize len = strlen(extension);

	for (const char *p = text->str, *end = p + text->len;
	     (p = memchr(p, '.', (gsize)(end - p))) != NULL;) {
		p++;
		if ((gsize)(end - p) >= len &&
		    g_ascii_strncasecmp(p, extension, len) == 0)
			return TRUE;
	}
	return FALSE;
}

/* raw: what stands behind a dot of a form that was made from text. */
static void
add_extension(Filename *filename, const char *raw, gsize len,
    const GString *text)
{
	g_autofree char *copy = g_strstrip(g_strndup(raw, len));
	g_autoptr(GString) letters = g_string_new(NULL);
	GPtrArray *extensions = filename->extensions;
	gboolean is_ascii = TRUE;

	for (const char *p = copy; *p != '\0'; p = g_utf8_next_char(p)) {
		gunichar c = latin_letter(g_utf8_get_char(p));

		if (g_unichar_ismark(c))
			continue;
		is_ascii &= c < 0x80;
		g_string_append_unichar(letters, c);
	}
	if (letters->len == 0)
		return;
	if (!is_ascii) {
		add_unique(filename, extensions, lower(copy),
		    FILENAME_MAX_EXTENSIONS);
		return;
	}
	if (!is_spelt(text, letters->str))
		filename->oddities |= FILENAME_ODD_SPELLING;
	if (is_class_id(letters->str)) {
		filename->oddities |= FILENAME_ODD_CLASS_ID;
		add_unique(filename, extensions, g_strdup(FILENAME_CLASS_ID),
		    FILENAME_MAX_EXTENSIONS);
	}
	add_unique(filename, extensions,
	    g_string_free(g_steal_pointer(&letters), FALSE),
	    FILENAME_MAX_EXTENSIONS);
}

/* A client that cuts a long name cuts it anywhere, so that any extension in
 * what may be left becomes the last. */
static void
add_inner_extensions(Filename *filename, const char *form, const GString *text)
{
	const char *end = g_utf8_offset_to_pointer(form,
	    FILENAME_MAX_CHARACTERS);
	const char *dot = form;

	while ((dot = memchr(dot, '.', (gsize)(end - dot))) != NULL) {
		gsize len = 0;

		dot++;
		while (g_ascii_isalnum(dot[len]))
			len++;
		add_extension(filename, dot, len, text);
	}
}

/* --- forms ------------------------------------------------------------------------ */

/* Windows opens the device under such a name, with any extension. */
static gboolean
is_device(const char *form)
{
	static const char *const devices[] = { "con", "prn", "aux", "nul",
		"conin$", "conout$", "clock$" };
	gsize len = strcspn(form, ".");

	while (len > 0 && form[len - 1] == ' ')
		len--;
	if (len == 4 && (strncmp(form, "com", 3) == 0 ||
	    strncmp(form, "lpt", 3) == 0))
		return form[3] >= '1' && form[3] <= '9';
	for (gsize i = 0; i < G_N_ELEMENTS(devices); i++)
		if (len == strlen(devices[i]) &&
		    strncmp(form, devices[i], len) == 0)
			return TRUE;
	return FALSE;
}

static void
add_form(Filename *filename, const char *raw, const GString *text)
{
	char *form = lower(raw);
	const char *dot = strrchr(raw, '.');

	if (*form == '\0') {
		g_free(form);
		return;
	}
	if (is_device(form))
		filename->oddities |= FILENAME_ODD_DEVICE;
	if (!add_unique(filename, filename->forms, form, FILENAME_MAX_FORMS))
		return;
	if (dot != NULL)
		add_extension(filename, dot + 1, strlen(dot + 1), text);
	if (g_utf8_strlen(raw, -1) > FILENAME_MAX_CHARACTERS) {
		filename->oddities |= FILENAME_ODD_LONG;
		add_inner_extensions(filename, raw, text);
	}
}

static gboolean
has_long_blanks(const char *form)
{
	while (*(form += strcspn(form, " ")) != '\0') {
		gsize run = strspn(form, " ");

		if (run >= FILENAME_LONG_BLANKS)
			return TRUE;
		form += run;
	}
	return FALSE;
}

/*
 * Where an NTFS stream begins: "run.exe::$DATA" is the file itself. A colon
 * with a blank behind it is punctuation ("Re: example.com: offer.eml"): it
 * could only begin a stream whose name starts with the blank.
 */
static const char *
find_stream(const char *form)
{
	const char *colon = form;

	while ((colon = strchr(colon, ':')) != NULL && (colon[1] == ' ' ||
	    colon[1] == '\0'))
		colon++;
	return colon;
}

/* The forms of one stretch of the text, which is valid UTF-8 with NULs. */
static void
add_stretch(Filename *filename, const GString *text, const char *p,
    const char *end, FilenameSource source)
{
	g_autoptr(GString) form = g_string_sized_new(text->len + 1);
	const char *stream;

	for (; p < end; p = g_utf8_next_char(p))
		append_character(filename, form, g_utf8_get_char(p));
	if (has_long_blanks(form->str))
		filename->oddities |= FILENAME_ODD_BLANKS;
	trim(filename, form, source);
	add_form(filename, form->str, text);
	stream = find_stream(form->str);
	if (stream != NULL) {
		filename->oddities |= FILENAME_ODD_STREAM;
		g_string_truncate(form, (gsize)(stream - form->str));
		trim(filename, form, source);
		add_form(filename, form->str, text);
	}
}

/*
 * Control characters are left out of a form, but for some clients they end the
 * name: a NUL does for those written in C, a line end for those that read line
 * by line.
 */
static void
add_text_forms(Filename *filename, const GString *text, FilenameSource source)
{
	const char *line = text->str, *end = line + text->len;
	const char *nul = memchr(line, '\0', text->len);

	add_stretch(filename, text, line, end, source);
	if (nul != NULL)
		add_stretch(filename, text, line, nul, source);
	if (memchr(line, '\n', text->len) == NULL &&
	    memchr(line, '\r', text->len) == NULL)
		return;
	while (line < end) {
		const char *p = line;

		while (p < end && *p != '\n' && *p != '\r')
			p++;
		add_stretch(filename, text, line, p, source);
		line = p + 1;
	}
}

/* --- the whole -------------------------------------------------------------------- */

/* The likeliest text that is whole, without NULs. */
static char *
choose_display(const GPtrArray *texts)
{
	const GString *chosen = g_ptr_array_index(texts, 0);
	char *display;
	gsize len = 0;

	for (guint i = texts->len; i-- > 0;) {
		const GString *text = g_ptr_array_index(texts, i);

		if (memmem(text->str, text->len, "\xef\xbf\xbd", 3) == NULL)
			chosen = text;
	}
	display = g_malloc(chosen->len + 1);
	for (gsize i = 0; i < chosen->len; i++)
		if (chosen->str[i] != '\0')
			display[len++] = chosen->str[i];
	display[len] = '\0';
	return display;
}

Filename *
filename_new(const char *raw, gsize len, FilenameSource source)
{
	Filename *filename = g_new0(Filename, 1);
	g_autoptr(NameTexts) texts = name_texts_new(raw, len, source);

	filename->octets = len;
	filename->forms = g_ptr_array_new_with_free_func(g_free);
	filename->extensions = g_ptr_array_new_with_free_func(g_free);
	filename->display = choose_display(texts->texts);
	if (texts->exceeds)
		filename->oddities |= FILENAME_ODD_EXCEEDS;
	for (guint i = 0; i < texts->texts->len; i++)
		add_text_forms(filename, g_ptr_array_index(texts->texts, i),
		    source);
	return filename;
}

void
filename_free(Filename *filename)
{
	if (filename == NULL)
		return;
	g_free(filename->display);
	g_ptr_array_unref(filename->forms);
	g_ptr_array_unref(filename->extensions);
	g_free(filename);
}

/* --- what findings need --------------------------------------------------------- */

/* What readers trust when they see it in a name. */
static const char *const documents[] = {
	"pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "rtf", "txt", "csv",
	"odt", "ods", "odp", "xml", "htm", "html", "eml", "msg",
	/* Chinese office programs and page formats */
	"wps", "et", "dps", "ofd", "caj",
	"jpg", "jpeg", "png", "gif", "bmp", "tif", "tiff", "heic", "webp",
	"mp3", "mp4", "avi", "mov", "wav",
	"zip", "rar", "7z", "gz",
};

const char *
filename_inner_document(const char *form)
{
	const char *end = strrchr(form, '.'), *begin;

	if (end == NULL)
		return NULL;
	/* "invoice.pdf_____.exe" */
	while (end > form && strchr(" _-.", end[-1]) != NULL)
		end--;
	begin = end;
	while (begin > form && begin[-1] != '.')
		begin--;
	if (begin == form)
		return NULL;
	for (gsize i = 0; i < G_N_ELEMENTS(documents); i++)
		if ((gsize)(end - begin) == strlen(documents[i]) &&
		    memcmp(begin, documents[i], (gsize)(end - begin)) == 0)
			return documents[i];
	return NULL;
}

const char *
filename_oddity_name(guint bit)
{
	static const char *const names[] = {
		"nul", "control", "direction", "spelling", "blanks",
		"trailing", "stream", "class-id", "device", "long", "exceeds",
	};

	G_STATIC_ASSERT(G_N_ELEMENTS(names) == N_FILENAME_ODDITIES);
	g_return_val_if_fail(bit < G_N_ELEMENTS(names), "");
	return names[bit];
}
