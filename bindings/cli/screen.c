/* SPDX-License-Identifier: MIT */
#include "screen.h"

#include "output.h"
#include "support.h"

#include <stdlib.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define WIDTH_UNKNOWN 80

static const screen_glyphs glyphs_unicode = {
	.dash = "–",
	.nothing = "–",
	.gap = "·",
	.dot = " · ",
	.rule = "─",
	.up = "▲",
	.down = "▼",
	.same = "≈",
	.low = "├",
	.high = "┤",
	.line = "─",
	.point = "●",
	.bars = { " ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█" },
	.sparks = { "▁", "▂", "▃", "▄", "▅", "▆", "▇" },
	.shades = { " ", "░", "▒", "▓", "█" },
};

static const screen_glyphs glyphs_ascii = {
	.dash = "-",
	.nothing = "-",
	.gap = " ",
	.dot = ", ",
	.rule = "-",
	.up = "+",
	.down = "-",
	.same = "~",
	.low = "|",
	.high = "|",
	.line = "-",
	.point = "o",
	.bars = { " ", " ", " ", " ", "#", "#", "#", "#", "#" },
	.sparks = { "_", "_", ".", ".", "-", "-", "^" },
	.shades = { " ", ".", ":", "+", "#" },
};

static const char *environment(const char *name)
{
	const char *value = getenv(name);
	return value && *value ? value : NULL;
}

/* The number that a text is, 0 for another text. */
static size_t width_read(const char *text)
{
	char *end = NULL;
	long width = text ? strtol(text, &end, 10) : 0;
	return text && *text && !*end && width > 0 && width <= SCREEN_WIDTH_MAX ? (size_t)width : 0;
}

static size_t width_found(void)
{
	struct winsize size = { 0 };
	size_t width = width_read(environment("COLUMNS"));
	if (!width && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
		width = size.ws_col;
	if (!width)
		width = WIDTH_UNKNOWN;
	if (width < SCREEN_WIDTH_MIN)
		return SCREEN_WIDTH_MIN;
	return width < SCREEN_WIDTH_MAX ? width : SCREEN_WIDTH_MAX;
}

static bool terminal_dumb(void)
{
	const char *term = environment("TERM");
	return term && strcmp(term, "dumb") == 0;
}

/* True when the locale names a character set and it is another one than UTF-8, as C and POSIX do. Records are UTF-8 in
 * any case. */
static bool charset_other(void)
{
	const char *locale = environment("LC_ALL");
	if (!locale)
		locale = environment("LC_CTYPE");
	if (!locale)
		locale = environment("LANG");
	if (locale && (strcmp(locale, "C") == 0 || strcmp(locale, "POSIX") == 0))
		return true;
	const char *charset = locale ? strchr(locale, '.') : NULL;
	return charset && strncasecmp(charset, ".utf-8", 6) != 0 && strncasecmp(charset, ".utf8", 5) != 0;
}

static int colour_read(const cli_arguments *arguments, bool *colour)
{
	const char *value = arguments->values[OPTION_COLOR];
	if (!value || strcmp(value, "auto") == 0)
		*colour = isatty(STDOUT_FILENO) && !environment("NO_COLOR") && !terminal_dumb();
	else if (strcmp(value, "always") == 0 || strcmp(value, "never") == 0)
		*colour = value[0] == 'a';
	else
		return usage(arguments->command, "option --color was \"%.40s\", not auto, always or never", value);
	return EXIT_DONE;
}

int screen_open(const cli_arguments *arguments, cli_screen *screen)
{
	const char *value = arguments->values[OPTION_WIDTH];
	screen->glyphs = terminal_dumb() || charset_other() ? &glyphs_ascii : &glyphs_unicode;
	screen->width = value ? width_read(value) : width_found();
	if (screen->width < SCREEN_WIDTH_MIN)
		return usage(arguments->command, "option --width was \"%.40s\", not a number from %d to %d", value,
		             SCREEN_WIDTH_MIN, SCREEN_WIDTH_MAX);
	return colour_read(arguments, &screen->colour);
}

const char *screen_on(const cli_screen *screen, screen_style style)
{
	static const char *const codes[STYLE_HEAT + SCREEN_HEATS] = {
		[STYLE_PLAIN] = "",
		[STYLE_BOLD] = "\x1b[1m",
		[STYLE_DIM] = "\x1b[2m",
		[STYLE_GOOD] = "\x1b[32m",
		[STYLE_BAD] = "\x1b[31m",
		[STYLE_BAR] = "\x1b[36m",
		/* Pale to dark blue, the text on it dark, then light: the darker the more. */
		[STYLE_HEAT] = "\x1b[48;5;255;38;5;16m",
		[STYLE_HEAT + 1] = "\x1b[48;5;195;38;5;16m",
		[STYLE_HEAT + 2] = "\x1b[48;5;153;38;5;16m",
		[STYLE_HEAT + 3] = "\x1b[48;5;111;38;5;16m",
		[STYLE_HEAT + 4] = "\x1b[48;5;75;38;5;16m",
		[STYLE_HEAT + 5] = "\x1b[48;5;32;38;5;231m",
		[STYLE_HEAT + 6] = "\x1b[48;5;25;38;5;231m",
		[STYLE_HEAT + 7] = "\x1b[48;5;18;38;5;231m",
	};
	return screen->colour ? codes[style] : "";
}

const char *screen_off(const cli_screen *screen, screen_style style)
{
	return screen->colour && style != STYLE_PLAIN ? "\x1b[0m" : "";
}
