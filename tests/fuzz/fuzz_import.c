/* SPDX-License-Identifier: MIT
 *
 * Maps, CSV and JSON lines at random, through the public interface of bindings/import:
 *
 *     fuzz_import [SEED [ROUNDS]]
 *
 * What must hold of any bytes: a code that the header names, with a reason; every refused row told once, with a line
 * and a reason; a proposed map that is a map. Bytes that say the same in two ways do the same, word by word: lines
 * that end with LF (taken apart where they lie) and with CR (taken apart by libcsv); keys of JSON written plainly
 * (read where they lie) and escaped (read by jansson); files read in pieces of any size. Prints the seed of what does
 * not hold.
 */
#include "salesweek_import.h"

#include "fuzz.h"

#include <stdbool.h>

/* -------------------------------------------------------------------------------------------- seeds */

static const char *const maps[] = {
	"{\"table\":\"call\",\"fields\":{\"id\":\"Id\",\"at\":\"Date\",\"rep\":\"Agent\",\"lead\":\"Lead\"}}",
	"{\"table\":\"call\",\"zone\":\"Europe/Berlin\",\"fields\":{\"id\":{\"column\":\"Id\",\"prefix\":\"c-\"},"
	"\"at\":{\"columns\":[\"Date\",\"Time\"],\"date\":[\"%d/%m/%Y %H:%M\",\"%Y-%m-%d %H:%M\",\"%Y-%m-%d\"],"
	"\"day\":\"end\"},\"rep\":{\"column\":[\"Owner\",\"Agent\"],\"optional\":true},\"duration_s\":{\"column\":"
	"\"Length\",\"duration\":\"h:mm:ss\",\"scale\":0.5},\"outcome\":{\"column\":\"Kind\",\"values\":{\"x\":"
	"\"answered\",\"y\":null},\"else\":\"busy\"}},\"null\":[\"-\"],\"constants\":{\"direction\":\"inbound\"}}",
	"[{\"table\":\"opportunity\",\"delimiter\":\";\",\"when\":[{\"column\":\"Id\",\"not\":[\"\"]}],\"fields\":{"
	"\"id\":\"Id\",\"created_at\":{\"column\":\"Date\",\"date\":\"%Y-%m-%d\"},\"amount\":{\"column\":\"Length\","
	"\"number\":\"1.234,50\",\"scale\":2}},\"constants\":{\"currency\":\"EUR\"}},{\"table\":\"rep\",\"fields\":{"
	"\"id\":{\"row\":true},\"name\":\"Agent\"},\"when\":[{\"column\":\"Kind\",\"in\":[\"x\"],\"optional\":true}]}]",
	"{\"table\":\"meeting\",\"header\":[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\"],\"skip\":1,\"encoding\":"
	"\"windows-1252\",\"fields\":{\"id\":\"a\",\"at\":[{\"column\":\"nope\"},{\"column\":\"b\"}],\"duration_s\":"
	"{\"duration\":{\"from\":\"b\",\"to\":\"c\"}}}}",
	("{\"table\":\"quota\",\"header\":false,\"fields\":{\"id\":\"1\",\"from\":{\"column\":\"2\",\"date\":"
	 "\"epoch_ms\"},\"to\":{\"column\":\"3\",\"date\":\"excel\",\"inclusive\":true},\"won\":\"4\"}}"),
};

static const char *const files[] = {
	"Id,Date,Time,Agent,Length,Kind,Lead\nc1,2026-11-02,09:30,ann,0:02:23,x,l1\nc2,13/11/2026,10:00,"
	"\"b, \"\"b\"\"\",1:00:00,y,-\n\nc3, 2026-10-25 ,02:30,\"two\nlines\",,z,\nc4,1793611800123,,x,1e9,\"x\" ,0\n",
	"Id;Date;Time;Agent;Length;Kind;Lead\n\"o1\";2026-11-02;;\"ann\";1.234,50;x;l1\no2;2026-02-30;;Zo\xc3\xab;"
	"(1,5);;\n;;;;;;\no3;2026-11-03;;\xff\xfe;\"12\";y;l2\n",
	"report\na\tb\tc\td\te\tf\n1\t2026-11-02 09:30\t2026-11-02 10:00\tx\ty\tz\n2\t2026-11-02T09:30:00Z\t\t\t\t\n",
	"q1,1793611800123,46328.5,3\nq2,0,99999,-1\n\"q3\",\"1793611800123\",\"46400\",\"2\"\n",
};

static const char *const lines[] = {
	"{\"table\":\"call\",\"id\":\"c1\",\"at\":\"2026-11-02T09:30:00Z\",\"rep\":\"ann\",\"duration_s\":12}\n"
	"{\"table\":\"call\",\"id\":\"c2\",\"at\":\"2026-11-02T09:30:00Z\",\"positive\":true,\"lead\":null}\n"
	"{ \"id\" : \"c3\" , \"table\" : \"call\", \"at\" : \"2026-11-03\", \"duration_s\" : 1.25 }\n\n"
	"{\"table\":\"opportunity\",\"id\":\"o\",\"created_at\":\"2026-11-02\",\"amount\":123456789012345.67}\n"
	"{\"table\":\"call\",\"id\":\"x\\u00e9\",\"at\":\"2026-11-02\",\"rep\":[1,{\"a\":2}]}\n[]\n{\"table\":1}\n"
	"{\"table\":\"lead\",\"id\":\"l1\",\"created_at\":\"2026-11-02 09:30\",\"zone\":\"Mars/Base\"}\n",
};

/* What is put in at random. */
static const char *const pieces[] = { "\"",
	                              "\"\"",
	                              ",",
	                              ";",
	                              "\t",
	                              "\n",
	                              "\r\n",
	                              "\r",
	                              "\xc3\xa9",
	                              "\xff",
	                              "\xef\xbb\xbf",
	                              "\xc2\xa0",
	                              "{",
	                              "}",
	                              "[",
	                              "]",
	                              ":",
	                              "\\",
	                              "%Y",
	                              "%",
	                              "1,234.50",
	                              "(5)",
	                              "-",
	                              "0",
	                              "99999999999999999999",
	                              "1e5",
	                              "null",
	                              "true",
	                              "2026-11-02",
	                              "else",
	                              "\"date\":",
	                              "\"optional\":true,",
	                              "Id",
	                              "x",
	                              " ",
	                              "''",
	                              "=1+1" };

static void take(fuzz_text *made, const char *seed)
{
	made->length = strlen(seed);
	memcpy(made->bytes, seed, made->length);
}

static void mutate_once(fuzz_text *made)
{
	char copy[256];
	size_t at = (size_t)luck(made->length + 1), left = made->length - at,
	       length = (size_t)luck(left < 200 ? left + 1 : 200);
	switch (luck(5)) {
	case 0:
		if (left)
			made->bytes[at] = (char)luck(256);
		break;
	case 1:
		cut(made, at, length < 8 ? length : 8);
		break;
	case 2:
		memcpy(copy, made->bytes + at, length);
		put(made, (size_t)luck(made->length + 1), copy, length);
		break;
	default: {
		const char *piece = pieces[luck(sizeof pieces / sizeof pieces[0])];
		put(made, at, piece, strlen(piece));
	}
	}
}

static void mutate(fuzz_text *made, uint64_t most)
{
	for (uint64_t times = luck(most + 1); times > 0; times--)
		mutate_once(made);
}

/* ---------------------------------------------------------------------------------------- importing */

/* A file read in pieces, and what was told of it. */
typedef struct feed {
	const fuzz_text *file;
	size_t at, piece;
	uint64_t told;
	fuzz_text said;
} feed;

static int64_t feed_read(void *context, char *bytes, size_t size)
{
	feed *input = context;
	size_t left = input->file->length - input->at, count = left < size ? left : size;
	count = count < input->piece ? count : input->piece;
	memcpy(bytes, input->file->bytes + input->at, count);
	input->at += count;
	return (int64_t)count;
}

static void say(fuzz_text *said, const char *words)
{
	put(said, said->length, words, strlen(words));
	put(said, said->length, "|", 1);
}

static int feed_reject(void *context, const swi_rejection *rejection)
{
	feed *input = context;
	const swk_error *error = rejection->error;
	char row[32];
	HOLDS(rejection->size == sizeof *rejection && rejection->column && (rejection->raw || !rejection->raw_length));
	HOLDS(error->row >= 1 && error->reason[0] && error->code == SWK_ERR_INVALID);
	input->told++;
	snprintf(row, sizeof row, "%" PRId64, error->row);
	say(&input->said, row);
	say(&input->said, error->table);
	say(&input->said, error->field);
	say(&input->said, error->value);
	say(&input->said, error->reason);
	say(&input->said, rejection->column);
	return 0;
}

static int said_write(void *context, const char *bytes, size_t length)
{
	fuzz_text *said = context;
	put(said, said->length, bytes, length);
	return 0;
}

/* All that a report on the store tells. */
static void report_say(swk_store *store, fuzz_text *said)
{
	static const char *const by[] = { "rep", "hour" };
	static const swk_option both = { "direction", "both" };
	swk_error error = SWK_ERROR_INIT;
	swk_result *result = NULL;
	const swk_query query = { .size = sizeof query,
		                  .report = "calls",
		                  .by = by,
		                  .by_count = 2,
		                  .options = &both,
		                  .option_count = 1,
		                  .now = INT64_C(1893456000000000) };
	HOLDS(swk_store_report(store, &query, &result, &error) == SWK_OK);
	HOLDS(swk_result_write(result, SWK_FORMAT_CSV, said_write, said, &error) == SWK_OK);
	swk_result_free(result);
}

static bool code_is_named(int code)
{
	return code == SWK_OK || code == SWK_ERR_INVALID || code == SWK_ERR_USAGE || code == SWK_ERR_ZONE;
}

/* Imports a file into a store of its own. What happened stands in input->said. */
static int import(const fuzz_text *map, const char *table, const fuzz_text *file, feed *input)
{
	swk_store *store = NULL;
	swk_error error = SWK_ERROR_INIT;
	swi_counts counts = { .size = sizeof counts };
	char numbers[128];
	*input = (feed){ .file = file, .piece = luck(2) ? 1 + (size_t)luck(40) : TEXT_MAX };
	const swi_options options = { .size = sizeof options,
		                      .map = map ? map->bytes : NULL,
		                      .map_length = map ? map->length : 0,
		                      .table = table,
		                      .recorded_at = 1,
		                      .batch_rows = 1 + luck(4),
		                      .reject = feed_reject,
		                      .reject_context = input };
	HOLDS(swk_store_open(NULL, NULL, &store, &error) == SWK_OK);
	int code = swi_import(store, feed_read, input, &options, &counts, &error);
	HOLDS(code_is_named(code) && (code == SWK_OK || (error.code == code && error.reason[0])));
	HOLDS(counts.rejected == input->told);
	snprintf(numbers, sizeof numbers, "%d %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64, code, counts.accepted,
	         counts.unchanged, counts.rejected, counts.skipped);
	say(&input->said, numbers);
	say(&input->said, code ? error.reason : "");
	report_say(store, &input->said);
	swk_store_close(store);
	return code;
}

/* What does not hold is shown: the file, then what was told in both ways. */
static bool same(const fuzz_text *input, const fuzz_text *one, const fuzz_text *two)
{
	if (one->length == two->length && memcmp(one->bytes, two->bytes, one->length) == 0)
		return true;
	fprintf(stderr, "%.*s\n---- in one way\n%.*s\n---- in the other\n%.*s\n", (int)input->length, input->bytes,
	        (int)one->length, one->bytes, (int)two->length, two->bytes);
	return false;
}

/* ------------------------------------------------------------------------------------------- rounds */

static fuzz_text map, file, other;
static feed first, second;

static void round_csv(void)
{
	swk_error error = SWK_ERROR_INIT;
	take(&map, maps[luck(sizeof maps / sizeof maps[0])]);
	take(&file, files[luck(sizeof files / sizeof files[0])]);
	if (luck(3) == 0)
		mutate(&map, 6);
	mutate(&file, 8);
	int checked = swi_map_check(map.bytes, map.length, &error);
	HOLDS(checked == SWK_OK || (checked == SWK_ERR_INVALID && error.reason[0]));
	int code = import(&map, NULL, &file, &first);
	HOLDS(checked == SWK_OK || code == checked);
	import(&map, NULL, &file, &second);
	HOLDS(same(&file, &first.said, &second.said));
}

static void round_propose(void)
{
	static const char *const tables[] = {
		NULL, "call", "opportunity", "lead", "meeting", "quota", "stage", "nope"
	};
	swk_error error = SWK_ERROR_INIT;
	const swi_propose_options options = { .size = sizeof options, .table = tables[luck(8)], .rows = luck(20) };
	take(&file, files[luck(sizeof files / sizeof files[0])]);
	mutate(&file, 8);
	first = (feed){ .file = &file, .piece = 1 + (size_t)luck(100) };
	map.length = 0;
	int code = swi_map_propose(feed_read, &first, &options, said_write, &map, &error);
	HOLDS(code_is_named(code) && (code == SWK_OK || error.reason[0]));
	if (code)
		return;
	code = swi_map_check(map.bytes, map.length, &error);
	HOLDS(code == SWK_OK);
	import(&map, NULL, &file, &second);
}

/* Lines that end with LF, and the same with CR, which libcsv takes apart. */
static void round_ends(void)
{
	take(&map, maps[luck(2)]);
	take(&file, files[luck(2)]);
	mutate(&file, 8);
	other.length = 0;
	for (size_t i = 0; i < file.length; i++) {
		char byte = file.bytes[i] == '\r' ? '_' : file.bytes[i];
		file.bytes[i] = byte;
		put(&other, other.length, byte == '\n' ? "\r" : &byte, 1);
	}
	import(&map, NULL, &file, &first);
	import(&map, NULL, &other, &second);
	for (size_t i = 0; i < second.said.length; i++) /* what was quoted keeps its end of line */
		if (second.said.bytes[i] == '\r' && i + 1 < second.said.length && second.said.bytes[i + 1] != '\n')
			second.said.bytes[i] = '\n';
	HOLDS(same(&file, &first.said, &second.said));
}

static void round_table(void)
{
	static const char *const headings[] = { "id,at,lead,rep,outcome,duration_s\n",
		                                "id;at;rep;positive;lead;direction\n" };
	take(&file, headings[luck(2)]);
	char delimiter = file.bytes[2];
	for (uint64_t rows = luck(6); rows > 0; rows--)
		for (int cell = 0; cell < 6; cell++) {
			static const char *const cells[] = { "c1",      "2026-11-02", "\"a\"",
				                             "",        "busy",       "12",
				                             "yes",     " x ",        "\"2026-11-02 09:30\"",
				                             "inbound", "\"q\"\"q\"" };
			const char *piece = cells[luck(sizeof cells / sizeof cells[0])];
			put(&file, file.length, piece, strlen(piece));
			put(&file, file.length, cell < 5 ? &delimiter : "\n", 1);
		}
	mutate(&file, 4);
	import(NULL, "call", &file, &first);
	import(NULL, "call", &file, &second);
	HOLDS(same(&file, &first.said, &second.said));
}

/* Keys that are written plainly, and the same escaped, which jansson reads. */
static void round_json(void)
{
	static const char plain[] = "\"table\"", escaped[] = "\"\\u0074able\"";
	take(&file, lines[0]);
	mutate(&file, 6);
	other.length = 0;
	for (size_t i = 0; i < file.length; i++) {
		bool here = file.length - i >= sizeof plain - 1 && memcmp(file.bytes + i, plain, sizeof plain - 1) == 0;
		put(&other, other.length, here ? escaped : file.bytes + i, here ? sizeof escaped - 1 : 1);
		i += here ? sizeof plain - 2 : 0;
	}
	import(NULL, NULL, &file, &first);
	import(NULL, NULL, &other, &second);
	/* Messages of jansson's name a byte of the line, which the escape moves, and keys as they are written. */
	if (!memmem(first.said.bytes, first.said.length, "(byte ", 6) &&
	    !memmem(first.said.bytes, first.said.length, "was there twice", 15))
		HOLDS(same(&file, &first.said, &second.said));
}

int main(int argc, char **argv)
{
	static void (*const rounds[])(void) = { round_csv, round_propose, round_ends, round_table, round_json };
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1,
		 count = argc > 2 ? strtoull(argv[2], NULL, 10) : 1000;
	for (uint64_t i = 0; i < count; i++) {
		case_seed = seed + i;
		luck_begin(case_seed);
		rounds[case_seed % (sizeof rounds / sizeof rounds[0])]();
	}
	printf("%" PRIu64 " rounds from seed %" PRIu64 "\n", count, seed);
	return 0;
}
