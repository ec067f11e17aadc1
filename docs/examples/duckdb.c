/* SPDX-License-Identifier: MIT
 *
 * A query of DuckDB goes into a store as an Arrow stream, chunk by chunk, and a weekly report comes out. DuckDB's C API
 * (1.5.6 or later) hands over a schema and one array a chunk; the stream is made around these.
 */
#include <salesweek.h>

#include <duckdb.h>
#include <errno.h>
#include <stdio.h>

/* Instants without a zone are local to the zone that the ingestion names. An enum comes as a dictionary. */
static const char calls[] =
	"SELECT 'c' || i AS id, TIMESTAMP '2026-11-02 08:00' + INTERVAL (i) MINUTE AS at,"
	"       ['answered', 'busy', 'voicemail'][1 + i % 3]::ENUM ('answered', 'busy', 'voicemail') AS outcome,"
	"       CASE WHEN i % 3 = 0 THEN (i % 600)::DECIMAL(9, 2) / 2 END AS duration_s "
	"FROM range(20000) AS calls(i)";

/* ---------------------------------------------------------------------------------------- the stream */

typedef struct source {
	duckdb_result result;
	duckdb_arrow_options options;
	char message[256];
} source;

/* Keeps what DuckDB says, if it says anything. */
static int source_check(source *self, duckdb_error_data error)
{
	int failed = duckdb_error_data_has_error(error);
	if (failed)
		snprintf(self->message, sizeof self->message, "%s", duckdb_error_data_message(error));
	duckdb_destroy_error_data(&error);
	return failed ? EIO : 0;
}

enum {
	COLUMNS_MAX = 16
};

static int source_schema(struct ArrowArrayStream *stream, struct ArrowSchema *schema)
{
	source *self = stream->private_data;
	idx_t count = duckdb_column_count(&self->result);
	duckdb_logical_type types[COLUMNS_MAX];
	const char *names[COLUMNS_MAX];
	if (count > COLUMNS_MAX)
		return EINVAL;
	for (idx_t i = 0; i < count; i++) {
		types[i] = duckdb_column_logical_type(&self->result, i);
		names[i] = duckdb_column_name(&self->result, i);
	}
	int failed = source_check(self, duckdb_to_arrow_schema(self->options, types, names, count, schema));
	for (idx_t i = 0; i < count; i++)
		duckdb_destroy_logical_type(&types[i]);
	return failed;
}

static int source_next(struct ArrowArrayStream *stream, struct ArrowArray *array)
{
	source *self = stream->private_data;
	duckdb_data_chunk chunk = duckdb_fetch_chunk(self->result);
	array->release = NULL; /* the end, unless there is a chunk */
	if (!chunk)
		return 0;
	int failed = source_check(self, duckdb_data_chunk_to_arrow(self->options, chunk, array));
	duckdb_destroy_data_chunk(&chunk);
	return failed;
}

static const char *source_error(struct ArrowArrayStream *stream)
{
	return ((source *)stream->private_data)->message;
}

static void source_release(struct ArrowArrayStream *stream)
{
	source *self = stream->private_data;
	duckdb_destroy_arrow_options(&self->options);
	duckdb_destroy_result(&self->result);
	stream->release = NULL;
}

/* Runs a query; what it found comes from *stream, which `self` has to outlive. */
static int source_open(source *self, duckdb_connection connection, const char *sql, struct ArrowArrayStream *stream)
{
	if (duckdb_query(connection, sql, &self->result) != DuckDBSuccess) {
		fprintf(stderr, "%s\n", duckdb_result_error(&self->result));
		duckdb_destroy_result(&self->result);
		return -1;
	}
	self->options = duckdb_result_get_arrow_options(&self->result);
	self->message[0] = '\0';
	*stream = (struct ArrowArrayStream){ source_schema, source_next, source_error, source_release, self };
	return 0;
}

/* ----------------------------------------------------------------------------------------- the store */

static int print(void *file, const char *bytes, size_t length)
{
	return fwrite(bytes, 1, length, file) != length;
}

/* One commit, however many chunks there are: all of it, or nothing. */
static int stream_report(struct ArrowArrayStream *stream)
{
	const swk_ingest_options options = { .size = sizeof options, .strict = 1, .zone = "Europe/Berlin" };
	const swk_query query = { .size = sizeof query, .report = "calls" };
	swk_error error = SWK_ERROR_INIT;
	swk_store *store = NULL;
	swk_result *result = NULL;
	if (swk_store_open(NULL, NULL, &store, &error) ||
	    swk_store_ingest_stream(store, "call", stream, &options, NULL, NULL, &error) ||
	    swk_store_report(store, &query, &result, &error) ||
	    swk_result_write(result, SWK_FORMAT_CSV, print, stdout, &error))
		fprintf(stderr, "%s %s\n", error.field, error.reason);
	swk_result_free(result);
	swk_store_close(store);
	return error.code != SWK_OK;
}

int main(void)
{
	duckdb_database database = NULL;
	duckdb_connection connection = NULL;
	struct ArrowArrayStream stream = { .release = NULL };
	source calls_source;
	int failed = duckdb_open(NULL, &database) != DuckDBSuccess ||
	             duckdb_connect(database, &connection) != DuckDBSuccess ||
	             source_open(&calls_source, connection, calls, &stream) || stream_report(&stream);
	if (stream.release)
		stream.release(&stream);
	duckdb_disconnect(&connection);
	duckdb_close(&database);
	fflush(stdout);
	return failed;
}
