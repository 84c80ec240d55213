/*
 * signatures/script_type.c - text that runs when it is opened, told by content.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include <string.h>

#include "signatures/script_type.h"

/* Text so short says nothing. */
#define MIN_CODE_OCTETS 8

/* --- the text ------------------------------------------------------------------ */

/*
 * The text as ASCII in lower case: without byte order mark and leading space,
 * one octet for each unit of UTF-16, NUL nowhere. Caller frees; NULL: no text.
 */
static char *
plain_text(const guint8 *octets, gsize len)
{
	gsize step = 1, first = 0, n = 0;
	char *text;

	len = MIN(len, SCRIPT_TYPE_WINDOW_OCTETS);
	if (len >= 3 && memcmp(octets, "\xef\xbb\xbf", 3) == 0)
		first = 3;
	else if (len >= 4 && (memcmp(octets, "\xff\xfe", 2) == 0 ||
	    (octets[1] == 0 && octets[3] == 0 && octets[0] != 0)))
		step = 2, first = octets[0] == 0xff ? 2 : 0;
	else if (len >= 4 && (memcmp(octets, "\xfe\xff", 2) == 0 ||
	    (octets[0] == 0 && octets[2] == 0 && octets[1] != 0)))
		step = 2, first = octets[0] == 0xfe ? 3 : 1;
	text = g_malloc(len + 1);
	for (gsize i = first; i < len; i += step) {
		char c = g_ascii_tolower((char)octets[i]);

		if (c == '\0' && step == 1) {
			g_free(text);
			return NULL;
		}
		if (n > 0 || !g_ascii_isspace(c))
			text[n++] = c != '\0' ? c : ' ';
	}
	text[n] = '\0';
	return text;
}

static gboolean
has_word(const char *text, const char *word)
{
	return strstr(text, word) != NULL;
}

/* At the beginning of a line, whatever space is before it. */
static gboolean
has_line(const char *text, const char *beginning)
{
	for (const char *at = text; (at = strstr(at, beginning)) != NULL; at++) {
		const char *before = at;

		while (before > text && (before[-1] == ' ' ||
		    before[-1] == '\t'))
			before--;
		if (before == text || before[-1] == '\n' || before[-1] == '\r')
			return TRUE;
	}
	return FALSE;
}

/* --- formats that say what they are ------------------------------------------ */

enum place {
	AT_BEGINNING,
	AT_LINE,                /* of text that begins with '[' or a comment */
	AT_SETTING,             /* of text that begins as "name:type:value" does */
	AT_ELEMENT,             /* of text that begins with '<' */
};

/* A format has its mark in its place, and all the other words anywhere. */
static const struct format {
	enum place place;
	const char *mark;
	const char *words[3];
	const char *type;
} formats[] = {
	{ AT_BEGINNING, "regedit4", { NULL }, "text/x-ms-regedit" },
	{ AT_BEGINNING, "windows registry editor version", { NULL },
	    "text/x-ms-regedit" },
	{ AT_BEGINNING, "#@~^", { "==" }, "text/x-encoded-script" },
	{ AT_BEGINNING, "@echo off", { NULL }, "text/x-msdos-batch" },
	{ AT_BEGINNING, "web\r\n1\r\nhttp", { NULL }, "text/x-ms-iqy" },
	{ AT_BEGINNING, "web\n1\nhttp", { NULL }, "text/x-ms-iqy" },
	{ AT_BEGINNING, "xlodbc\r\n1\r\n", { NULL }, "text/x-ms-dqy" },
	{ AT_BEGINNING, "xlodbc\n1\n", { NULL }, "text/x-ms-dqy" },
	{ AT_BEGINNING, "querytype=oledb", { "version=", "commandtext=" },
	    "text/x-ms-dqy" },
	{ AT_BEGINNING, "http", { ".application#", "publickeytoken=",
	    "processorarchitecture=" }, "text/x-ms-appref" },
	{ AT_BEGINNING, "file:", { ".application#", "publickeytoken=",
	    "processorarchitecture=" }, "text/x-ms-appref" },
	{ AT_LINE, "[internetshortcut]", { "url" },
	    "application/x-mswinurl" },
	{ AT_LINE, "[shell]", { "command=" }, "text/x-ms-scf" },
	{ AT_LINE, "[shell]", { "iconfile=" }, "text/x-ms-scf" },
	{ AT_LINE, "[version]", { "signature", "\"$" },
	    "application/x-setupscript" },
	{ AT_LINE, "[desktop entry]", { "exec=" }, "text/x-desktop-entry" },
	{ AT_LINE, "[desktop entry]", { "type=link" },
	    "text/x-desktop-entry" },
	{ AT_LINE, "[theme]", { "[control panel\\", "=\\\\" },
	    "text/x-ms-theme-foreign" },
	{ AT_LINE, "[theme]", { "[control panel\\", "displayname=" },
	    "text/x-ms-theme" },
	{ AT_SETTING, "full address:s:", { "\ndrivestoredirect:s:*" },
	    "text/x-rdp-disks" },
	{ AT_SETTING, "full address:s:", { "\ndrivestoredirect:s:c:" },
	    "text/x-rdp-disks" },
	{ AT_SETTING, "full address:s:", { "\nredirectdrives:i:1" },
	    "text/x-rdp-disks" },
	{ AT_SETTING, "full address:s:", { ":i:" }, "text/x-rdp" },
	{ AT_ELEMENT, "<hta:application", { NULL }, "application/hta" },
	{ AT_ELEMENT, "<job", { "<script", "</job>" }, "text/x-ms-wsf" },
	{ AT_ELEMENT, "<scriptlet", { "<script", NULL }, "text/x-ms-sct" },
	{ AT_ELEMENT, "<component", { "<registration", "<script" },
	    "text/x-ms-sct" },
	{ AT_ELEMENT, "<component", { "<public", "<script" },
	    "text/x-ms-sct" },
	{ AT_ELEMENT, "<pcsettings", { "<searchablecontent" },
	    "text/x-ms-settingcontent" },
	{ AT_ELEMENT, "<librarydescription", { NULL }, "text/x-ms-library" },
	{ AT_ELEMENT, "<searchconnectordescription", { NULL },
	    "text/x-ms-library" },
	{ AT_ELEMENT, "<persistedquery", { "<query" }, "text/x-ms-library" },
	{ AT_ELEMENT, "<mmc_consolefile", { NULL }, "text/x-ms-msc" },
	{ AT_ELEMENT, "<appinstaller", { "schemas.microsoft.com/appx" },
	    "text/x-ms-appinstaller" },
	{ AT_ELEMENT, "<package", { "schemas.microsoft.com/appx/manifest" },
	    "text/x-ms-appx-manifest" },
	{ AT_ELEMENT, "<bundle", { "schemas.microsoft.com/appx/2013/bundle" },
	    "text/x-ms-appx-manifest" },
	{ AT_ELEMENT, "<jnlp", { "<resources" },
	    "application/x-java-jnlp-file" },
	{ AT_ELEMENT, "<asmv1:assembly", { "<deployment" },
	    "application/x-ms-application" },
	{ AT_ELEMENT, "<assembly", { "urn:schemas-microsoft-com:asm.v1",
	    "<deployment" }, "application/x-ms-application" },
	{ AT_ELEMENT, "<packagemanifest",
	    { "schemas.microsoft.com/developer/vsx-schema" },
	    "text/x-ms-vsix-manifest" },
	{ AT_ELEMENT, "<c:contact", { "schemas.microsoft.com/contact",
	    "<c:url" }, "text/x-ms-contact" },
	{ AT_ELEMENT, "<plist", { "<key>commandstring</key>",
	    "<string>window settings</string>" }, "text/x-apple-terminal" },
	{ AT_ELEMENT, "<plist", { "<key>actions</key>",
	    "com.apple.runshellscript" }, "text/x-apple-workflow" },
	{ AT_ELEMENT, "<plist", { "<key>actions</key>",
	    "com.apple.automator.runscript" }, "text/x-apple-workflow" },
	{ AT_ELEMENT, "<plist", { "<key>payloadtype</key>",
	    "<string>configuration</string>", "<key>payloadcontent</key>" },
	    "text/x-apple-configuration" },
	{ AT_ELEMENT, "<configuration", { "<logoncommand" },
	    "text/x-ms-sandbox" },
	{ AT_ELEMENT, "<powershellmetadata", { NULL }, "text/x-ms-msc" },
};

/* The element itself, not one whose name begins so. */
static gboolean
has_element(const char *text, const char *beginning)
{
	for (const char *at = text; (at = strstr(at, beginning)) != NULL; at++) {
		char next = at[strlen(beginning)];

		if (next == '>' || next == '/' || g_ascii_isspace(next))
			return TRUE;
	}
	return FALSE;
}

/* Behind the lines that are comments of INI files. */
static const char *
behind_comments(const char *text)
{
	for (;;) {
		while (g_ascii_isspace(*text))
			text++;
		if (*text != '#' && *text != ';')
			return text;
		text += strcspn(text, "\r\n");
	}
}

/* A name, ':', a letter for the type of the value, ':'. */
static gboolean
begins_with_setting(const char *text)
{
	gsize len = strcspn(text, ":\r\n");

	return text[len] == ':' && text[len + 1] != '\0' &&
	    strchr("bis", text[len + 1]) != NULL && text[len + 2] == ':';
}

static gboolean
is_format(const struct format *format, const char *text)
{
	gboolean has_mark = FALSE;

	switch (format->place) {
	case AT_BEGINNING:
		has_mark = g_str_has_prefix(text, format->mark);
		break;
	case AT_LINE:
		has_mark = *behind_comments(text) == '[' &&
		    has_line(text, format->mark);
		break;
	case AT_SETTING:
		has_mark = begins_with_setting(text) &&
		    has_line(text, format->mark);
		break;
	case AT_ELEMENT:
		has_mark = *text == '<' && has_element(text, format->mark);
		break;
	}
	for (gsize i = 0; has_mark && i < G_N_ELEMENTS(format->words); i++)
		has_mark = format->words[i] == NULL ||
		    has_word(text, format->words[i]);
	return has_mark;
}

/* A link of macOS: a property list in which "URL" has a string. */
static const char *
type_of_location(const char *text)
{
	static const char key[] = "<key>url</key>", string[] = "<string>";
	const char *at = strstr(text, key);

	if (*text != '<' || !has_element(text, "<plist") || at == NULL)
		return NULL;
	at += strlen(key);
	at += strspn(at, " \t\r\n");
	if (!g_str_has_prefix(at, string))
		return NULL;
	at += strlen(string);
	at += strspn(at, " \t\r\n");
	return g_str_has_prefix(at, "file:") ? "text/x-apple-fileloc" :
	    "text/x-apple-webloc";
}

/* --- languages -------------------------------------------------------------------- */

/*
 * Text is in a language when it has enough of its words, none of the others',
 * and most of its lines begin or end as statements do: prose about a script has
 * the words, not the lines.
 */
static const struct language {
	const char *type;
	guint min_words;
	guint percent;          /* of the lines */
	const char *words[24];  /* with '\n' in front: that a line begins with */
	const char *beginnings[40];
	const char *ends;       /* characters that a line ends with */
} languages[] = {
	{ "text/vbscript", 1, 60,
	    { "createobject(\"wscript.", "createobject(\"scripting.",
	        "createobject(\"shell.application", "createobject(\"adodb.stream",
	        "createobject(\"msxml2.", "createobject(\"microsoft.xmlhttp",
	        "createobject(\"winhttp.", "getobject(\"winmgmts",
	        "getobject(\"script:", "wscript.echo", "wscript.quit",
	        "wscript.sleep", "wscript.arguments", "wscript.scriptfullname",
	        "wscript.createobject", "\nexecute(", "executeglobal",
	        "on error resume next", "\nmsgbox \"", "\nmsgbox(\"" },
	    { "'", "rem ", "dim ", "set ", "if ", "else", "end ", "function ",
	        "sub ", "private ", "public ", "on error", "for ", "next",
	        "while ", "wend", "do", "loop", "select ", "case ", "option ",
	        "const ", "call ", "msgbox", "wscript.", "execute", "exit ",
	        "with ", "redim ", "class ", "randomize", "createobject" },
	    ")" },
	{ "text/x-jscript", 1, 60,
	    { "activexobject(\"wscript.", "activexobject('wscript.",
	        "activexobject(\"scripting.", "activexobject('scripting.",
	        "activexobject(\"shell.application",
	        "activexobject('shell.application", "activexobject(\"adodb.",
	        "activexobject('adodb.", "wscript.echo", "wscript.quit",
	        "wscript.sleep", "wscript.arguments", "wscript.scriptfullname",
	        "wscript.createobject", "getobject(\"winmgmts",
	        "getobject('winmgmts", "wscript[" },
	    { "//", "/*", "*", "var ", "let ", "const ", "function", "if",
	        "else", "for", "while", "return", "try", "catch", "}", "{",
	        "wscript." },
	    ";{}" },
	{ "application/x-powershell", 2, 60,
	    { "invoke-expression", "iex", "new-object", "-encodedcommand",
	        "write-host", "write-output", "get-childitem", "$env:",
	        "[system.", "start-process", "invoke-webrequest",
	        "[cmdletbinding", "\nparam(", "\nparam (", "$psscriptroot",
	        "set-executionpolicy", "get-item", "downloadstring",
	        "import-module", "-erroraction", "frombase64string",
	        "foreach-object", "where-object", "$_." },
	    { "$", "#", "<#", "}", "{", "function ", "param", "if", "else",
	        "foreach", "for", "while", "try", "catch", "return", "[",
	        "write-", "get-", "set-", "new-", "invoke-", "start-", "iex",
	        "import-", "add-", "remove-", "powershell", "stop-", "test-",
	        "out-", "copy-", "(", "&", "." },
	    "{}|" },
	{ "text/x-msdos-batch", 2, 70,
	    { "@echo", "%~dp0", "goto ", "if exist ", "if not exist ",
	        "errorlevel", "setlocal", "cmd /c", "cmd.exe", "powershell",
	        "%temp%", "%appdata%", "%userprofile%", "start \"\"",
	        "reg add ", "schtasks", "pause", "exit /b", "echo off",
	        "%cd%", "%1", "certutil", "bitsadmin", "taskkill" },
	    { "@", "rem", ":", "set ", "echo", "if ", "goto", "call ",
	        "start", "del ", "copy ", "cd ", "exit", "for ", "pause", "cls",
	        "md ", "mkdir ", "reg ", "%", "setlocal", "endlocal", "(", ")",
	        "title ", "color ", "move ", "ren ", "xcopy ", "cmd",
	        "powershell", "certutil", "bitsadmin", "schtasks", "taskkill",
	        "net ", "ping ", "timeout ", "shift" },
	    "" },
	/* JavaScript that nothing but its name tells from that of web pages. */
	{ "application/javascript", 2, 70,
	    { "function ", "function(", "document.", "window.", "require(",
	        "module.exports", "=> {", "===", "console.log", "var ",
	        "addeventlistener", "typeof ", "new date(", "json.parse" },
	    { "//", "/*", "*", "var ", "let ", "const ", "function", "if",
	        "else", "for", "while", "return", "try", "catch", "}", "{",
	        "import ", "export " },
	    ";{},(" },
};

static gboolean
is_statement(const struct language *language, const char *line, gsize len)
{
	for (gsize i = 0; i < G_N_ELEMENTS(language->beginnings) &&
	     language->beginnings[i] != NULL; i++)
		if (strncmp(line, language->beginnings[i], MIN(len,
		    strlen(language->beginnings[i]))) == 0 &&
		    len >= strlen(language->beginnings[i]))
			return TRUE;
	return strchr(language->ends, line[len - 1]) != NULL;
}

/* The share of the lines, that are not empty, in percent. */
static guint
share_of_statements(const struct language *language, const char *text)
{
	gsize lines = 0, statements = 0;

	while (*text != '\0') {
		gsize len = strcspn(text, "\r\n"), used = len;

		while (used > 0 && g_ascii_isspace(text[used - 1]))
			used--;
		while (used > 0 && g_ascii_isspace(*text))
			text++, used--, len--;
		if (used > 0) {
			lines++;
			statements += is_statement(language, text, used) ? 1 : 0;
		}
		text += len;
		text += strspn(text, "\r\n");
	}
	return lines > 0 ? (guint)(100 * statements / lines) : 0;
}

static gboolean
goes_on(char c, char next)
{
	return (g_ascii_isalnum(c) || c == '_') &&
	    (g_ascii_isalnum(next) || next == '_');
}

/* The word itself: "iex" is none of "$iExt". */
static gboolean
has_code_word(const char *text, const char *word)
{
	gsize len = strlen(word);

	if (*word == '\n')
		return has_line(text, word + 1);
	for (const char *at = text; (at = strstr(at, word)) != NULL; at++)
		if ((at == text || !goes_on(at[-1], *word)) &&
		    !goes_on(word[len - 1], at[len]))
			return TRUE;
	return FALSE;
}

static gboolean
is_language(const struct language *language, const char *text)
{
	guint n = 0;

	for (gsize i = 0; i < G_N_ELEMENTS(language->words) &&
	     language->words[i] != NULL; i++)
		n += has_code_word(text, language->words[i]) ? 1 : 0;
	return n >= language->min_words &&
	    share_of_statements(language, text) >= language->percent;
}

/* What libmagic calls text; other text formats are what they are. */
static gboolean
may_be_script(const char *detected_type)
{
	static const char *const others[] = { "text/rtf", "text/calendar",
		"text/vcard", "text/x-diff", "text/x-tex", "text/PGP", NULL };
	static const char *const kinds[] = { "application/octet-stream",
		"application/javascript", "application/xml",
		"application/x-mswinurl", "application/x-wine-extension-ini",
		"application/x-setupscript", "application/hta", "image/svg+xml",
		NULL };

	return g_str_has_prefix(detected_type, "text/") ?
	    !g_strv_contains(others, detected_type) :
	    g_strv_contains(kinds, detected_type);
}

/* Whether it holds text that is neither a page nor source code. */
static gboolean
may_be_language(const char *detected_type)
{
	return strcmp(detected_type, "text/plain") == 0 ||
	    strcmp(detected_type, "application/javascript") == 0 ||
	    strcmp(detected_type, "application/octet-stream") == 0 ||
	    strcmp(detected_type, "text/x-c") == 0 ||
	    strcmp(detected_type, "text/x-c++") == 0 ||
	    strcmp(detected_type, "text/x-java") == 0;
}

/* libmagic takes a variable of Texinfo, "@set NAME value", for a command. */
static gboolean
begins_as_texinfo(const char *detected_type, const char *text)
{
	return strcmp(detected_type, "text/x-msdos-batch") == 0 &&
	    g_str_has_prefix(text, "@set ") &&
	    text[strcspn(text, "=\r\n")] != '=';
}

const char *
script_type(const void *octets, gsize len, const char *detected_type)
{
	g_autofree char *text = NULL;
	const char *type;
	gboolean is_texinfo;

	if (!may_be_script(detected_type) || len < MIN_CODE_OCTETS)
		return NULL;
	text = plain_text(octets, len);
	if (text == NULL)
		return NULL;
	for (gsize i = 0; i < G_N_ELEMENTS(formats); i++)
		if (is_format(&formats[i], text))
			return formats[i].type;
	type = type_of_location(text);
	if (type != NULL)
		return type;
	is_texinfo = begins_as_texinfo(detected_type, text);
	if (!is_texinfo && (!may_be_language(detected_type) || *text == '<'))
		return NULL;
	for (gsize i = 0; i < G_N_ELEMENTS(languages); i++)
		if (is_language(&languages[i], text))
			return languages[i].type;
	return is_texinfo ? "text/x-texinfo" : NULL;
}
