/* SPDX-License-Identifier: MIT
 *
 * error: codes and messages. Fills the caller's swk_error; a NULL error is fine everywhere.
 *
 * Invariant: after a failing call `code` equals what the call returned, and all texts are cut between
 * characters and NUL-terminated.
 */
#ifndef SWK_ERROR_H
#define SWK_ERROR_H

#include "base.h"

#include <inttypes.h>

/* Sets code and reason (printf form, one line, past tense) and clears the rest. Returns the code.
 * In the header, as are the next two, so that compilers see that what failed does not return SWK_OK. */
#define swk__fail(error, code, ...)                              \
	__extension__({                                          \
		const int swk__failed = (code);                  \
		swk__error_set(error, swk__failed, __VA_ARGS__); \
		swk__failed;                                     \
	})
void swk__error_set(swk_error *error, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));

void swk__error_set_at(swk_error *error, int code, const char *table, int64_t row, const char *field, swk__slice value,
                       const char *reason);

/* As swk__fail, with the place: any of table, field may be NULL; value of length 0 is none. Returns the code. */
static inline int swk__fail_at(swk_error *error, int code, const char *table, int64_t row, const char *field,
                               swk__slice value, const char *reason)
{
	swk__error_set_at(error, code, table, row, field, value, reason);
	return code;
}

/* SWK_ERR_LIMIT or SWK_ERR_MEMORY with a reason. Returns the code. */
static inline int swk__fail_memory(swk_error *error, const swk__mem *mem)
{
	if (swk__mem_code(mem) == SWK_ERR_LIMIT)
		return swk__fail(error, SWK_ERR_LIMIT, "the memory limit of %" PRIu64 " bytes was reached", mem->limit);
	return swk__fail(error, SWK_ERR_MEMORY, "memory could not be allocated");
}

/* Copies one error into another of perhaps another size. */
void swk__error_copy(swk_error *to, const swk_error *from);

/* True when `to` is NULL or large enough to be filled: an error whose size is 0 or unknown is left alone. */
bool swk__error_usable(const swk_error *error);

#endif
