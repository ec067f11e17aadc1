/* SPDX-License-Identifier: MIT */
#include "output.h"

#include "interrupt.h"
#include "spreadsheet.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
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
	va_list arguments;
	va_start(arguments, format);
	if (!output_errno && vfprintf(stdout, format, arguments) < 0)
		output_errno = errno ? errno : EIO;
	va_end(arguments);
}

int output_finish(int code)
{
	char text[128];
	if (fflush(stdout) && !output_errno)
		output_errno = errno;
	if (!output_errno)
		return code;
	/* Who reads no further, as head does, wants to hear of nothing. */
	if (output_errno == EPIPE)
		return EXIT_ERROR;
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

static int error_write(void *context, const char *bytes, size_t length)
{
	(void)context;
	return fwrite(bytes, 1, length, stderr) != length;
}

static void complain_list(const char *format, va_list arguments)
{
	char text[4096];
	vsnprintf(text, sizeof text, format, arguments);
	fputs("salesweek: ", stderr);
	swk_text_show(text, strlen(text), error_write, NULL);
	fputc('\n', stderr);
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

int fail_errno(const char *subject)
{
	char text[128];
	return fail("%s: %s", subject, strerror_r(errno, text, sizeof text));
}

int fail_error(const char *subject, int code, const swk_error *error)
{
	return fail_error_with(subject, code, error, "");
}

int fail_error_with(const char *subject, int code, const swk_error *error, const char *more)
{
	char text[512];
	if (interrupt_seen()) {
		complain("interrupted");
		return EXIT_INTERRUPTED;
	}
	if (!swk_error_format(error, text, sizeof text))
		snprintf(text, sizeof text, "%s", swk_code_name(code));
	/* Errors of files name them already. */
	size_t length = subject ? strlen(subject) : 0;
	if (length && strncmp(text, subject, length) == 0 && text[length] == ':')
		subject = NULL;
	complain("%s%s%s%s", subject ? subject : "", subject ? ": " : "", text, more);
	return code == SWK_ERR_USAGE || code == SWK_ERR_ZONE ? EXIT_USAGE : EXIT_ERROR;
}

int output_result(swk_result *result, int format)
{
	swk_error error = SWK_ERROR_INIT;
	int code = format == FORMAT_SPREADSHEET ? spreadsheet_write(result, output_write, NULL, &error)
	                                        : swk_result_write(result, format, output_write, NULL, &error);
	swk_result_free(result);
	/* A failed write is told by output_finish. */
	return code && !output_errno ? fail_error(NULL, code, &error) : EXIT_OK;
}
