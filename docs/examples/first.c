/* SPDX-License-Identifier: MIT
 *
 * Three calls go in, a weekly report comes out.
 */
#include <salesweek.h>
#include <stdio.h>
#include <string.h>

static int fill(swk_batch *batch, swk_error *error)
{
	static const char *const fields[] = { "id", "at", "outcome" };
	static const char *const calls[][3] = { { "c1", "2024-11-04T09:15:00Z", "answered" },
		                                { "c2", "2024-11-04T16:40:00Z", "voicemail" },
		                                { "c3", "2024-11-11T10:05:00Z", "answered" } };
	int code = SWK_OK;
	for (int i = 0; i < 3 && code == SWK_OK; i++) {
		swk_batch_row(batch, "call", i + 1);
		for (int f = 0; f < 3; f++)
			swk_batch_parse(batch, fields[f], calls[i][f], strlen(calls[i][f]));
		code = swk_batch_end(batch, error);
	}
	return code;
}

static int print(void *file, const char *bytes, size_t length)
{
	return fwrite(bytes, 1, length, file) != length;
}

int main(void)
{
	swk_query query = { .size = sizeof query, .report = "calls" };
	swk_error error = SWK_ERROR_INIT;
	swk_store *store = NULL;
	swk_batch *batch = NULL;
	swk_result *result = NULL;

	if (swk_store_open(NULL, NULL, &store, &error) ||               /* in memory */
	    swk_batch_create(store, NULL, &batch, &error) ||            /* a batch of rows, */
	    fill(batch, &error) ||                                      /* each checked when it ends, */
	    swk_store_ingest_batch(store, batch, NULL, NULL, &error) || /* committed as one */
	    swk_store_report(store, &query, &result, &error) ||         /* one row a week */
	    swk_result_write(result, SWK_FORMAT_CSV, print, stdout, &error))
		fprintf(stderr, "%s\n", error.reason);

	swk_result_free(result); /* in any order, and NULL is fine */
	swk_batch_free(batch);
	swk_store_close(store);
	return error.code != SWK_OK;
}
