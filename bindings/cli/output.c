/* SPDX-License-Identifier: MIT */
#include "output.h"

#include "interrupt.h"
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

/* errno of the first write to standard output that failed. */
static int output_errno;

int output_write(void *context, const char *bytes, size_t length)
{
	(void)context;
	if (!output_errno && length && fwrite(bytes, 1, length, stdout) != length)
		output_errno = errno ? errno : EIO;
	return output_errno;
}

void output_format(const char *format, ...)
{
	char text[1024];
	va_list arguments;
	va_start(arguments, format);
	int length = vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	output_write(NULL, text, length < (int)sizeof text ? (size_t)length : sizeof text - 1);
}

int output_finish(int code)
{
	char text[128];
	if (fflush(stdout) && !output_errno)
		output_errno = errno;
	if (!output_errno)
		return code;
	return fail("standard output: %s", strerror_r(output_errno, text, sizeof text));
}

void output_guard(void)
{
	static const int modes[] = { O_WRONLY, O_RDONLY, O_RDONLY };
	/* The wrong way round, so that using them still fails. */
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", modes[fd]) < 0)
			return;
}

/* ----------------------------------------------------------------------------------- standard error */

static void escaped_byte(unsigned char byte)
{
	static const char names[] = "\a\a\b\b\t\t\n\n\v\v\f\f\r\r";
	const char *name = byte ? strchr(names, byte) : NULL;
	if (name)
		fprintf(stderr, "\\%c", "abtnvfr"[(name - names) / 2]);
	else
		fprintf(stderr, "\\x%02x", byte);
}

/* The length of the character of UTF-8 that begins the text and is no control character; 0: it is to be escaped. */
static size_t shown(swi__slice text)
{
	unsigned char byte = (unsigned char)text.bytes[0];
	size_t length = byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
	if (byte < 0x20 || byte == 0x7f || length > text.length ||
	    !swi__utf8_valid((swi__slice){ text.bytes, length }, NULL))
		return 0;
	return length == 2 && byte == 0xc2 && (unsigned char)text.bytes[1] < 0xa0 ? 0 : length;
}

static void complain_text(const char *bytes)
{
	swi__slice text = swi__slice_of(bytes);
	fputs("salesweek: ", stderr);
	while (text.length) {
		size_t length = shown(text);
		if (length)
			fwrite(text.bytes, 1, length, stderr);
		else
			escaped_byte((unsigned char)text.bytes[0]);
		length += length == 0;
		text = (swi__slice){ text.bytes + length, text.length - length };
	}
	fputc('\n', stderr);
}

static void complain_list(const char *format, va_list arguments)
{
	char text[4096];
	vsnprintf(text, sizeof text, format, arguments);
	complain_text(text);
}

void complain(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	complain_list(format, arguments);
	va_end(arguments);
}

int fail(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	complain_list(format, arguments);
	va_end(arguments);
	return EXIT_ERROR;
}

int fail_error(const char *subject, int code, const swk_error *error)
{
	char text[512];
	if (interrupt_seen()) {
		complain("interrupted");
		return EXIT_INTERRUPTED;
	}
	if (!swk_error_format(error, text, sizeof text))
		snprintf(text, sizeof text, "%s", swk_code_name(code));
	complain("%s%s%s", subject ? subject : "", subject ? ": " : "", text);
	return code == SWK_ERR_USAGE || code == SWK_ERR_ZONE ? EXIT_USAGE : EXIT_ERROR;
}

int output_result(swk_result *result, int format)
{
	swk_error error = SWK_ERROR_INIT;
	int code = swk_result_write(result, format, output_write, NULL, &error);
	swk_result_free(result);
	/* A failed write is told by output_finish. */
	return code && !output_errno ? fail_error(NULL, code, &error) : EXIT_OK;
}
