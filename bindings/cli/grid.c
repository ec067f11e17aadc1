/* SPDX-License-Identifier: MIT */
#include "grid.h"

#include "output.h"

#define GAP 2
#define KEY_MIN 8
#define HEADING_LINES 3

struct grid_column {
	size_t heading, unit; /* where they begin in the bytes; NUL-terminated */
	unsigned flags;
	size_t before, after; /* the most places before and after an anchor */
	size_t width;
};

struct grid_cell {
	size_t at, length;    /* in the bytes */
	size_t before, after; /* places */
	screen_style style;
	bool span; /* the first of a row that holds nothing else */
};

static size_t places(swi__slice text)
{
	return swk_text_show(text.bytes, text.length, NULL, NULL);
}

static size_t larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

/* ----------------------------------------------------------------------------------------- building */

static void *grow(void *block, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return block;
	size_t more = *room ? *room * 2 : 16;
	void *larger_block = swi__resize(block, more, size);
	if (larger_block)
		*room = more;
	return larger_block;
}

static int bytes_take(void *context, const char *bytes, size_t length)
{
	return !swi__text_append(context, bytes, length);
}

static size_t text_keep(cli_grid *grid, swi__slice text)
{
	size_t at = grid->bytes.length;
	swk_text_show(text.bytes, text.length, bytes_take, &grid->bytes);
	swi__text_byte(&grid->bytes, '\0');
	return at;
}

void grid_column(cli_grid *grid, const char *heading, const char *unit, unsigned flags)
{
	struct grid_column *columns = grow(grid->columns, grid->column_count, &grid->column_room,
	                                   sizeof *grid->columns);
	if (!columns) {
		grid->failed = true;
		return;
	}
	grid->columns = columns;
	size_t head = text_keep(grid, swi__slice_of(heading));
	size_t below = text_keep(grid, swi__slice_of(unit ? unit : ""));
	grid->columns[grid->column_count++] = (struct grid_column){ head, below, flags, 0, 0, 0 };
}

void grid_cell(cli_grid *grid, swi__slice text, size_t anchor, screen_style style)
{
	struct grid_cell *cells = grow(grid->cells, grid->cell_count, &grid->cell_room, sizeof *grid->cells);
	if (!cells || !grid->column_count) {
		grid->failed = true;
		return;
	}
	grid->cells = cells;
	struct grid_column *column = &grid->columns[grid->cell_count % grid->column_count];
	size_t at = text_keep(grid, text), before = places((swi__slice){ text.bytes, anchor });
	size_t after = places(text) - before;
	grid->cells[grid->cell_count++] = (struct grid_cell){ at,   grid->bytes.length - at - 1, before, after, style,
		                                              false };
	column->before = larger(column->before, before);
	column->after = larger(column->after, after);
}

void grid_span(cli_grid *grid, swi__slice text, screen_style style)
{
	size_t at = grid->cell_count;
	for (size_t i = 0; i < grid->column_count; i++)
		grid_cell(grid, (swi__slice){ "", 0 }, 0, STYLE_PLAIN);
	if (grid->failed)
		return;
	struct grid_cell *cell = &grid->cells[at];
	cell->at = text_keep(grid, text);
	cell->length = grid->bytes.length - cell->at - 1;
	cell->style = style;
	cell->span = true;
}

void grid_text(cli_grid *grid, const char *text, screen_style style)
{
	grid_cell(grid, swi__slice_of(text), 0, style);
}

void grid_number(cli_grid *grid, const char *text, screen_style style)
{
	grid_cell(grid, swi__slice_of(text), strlen(text), style);
}

void grid_done(cli_grid *cells)
{
	swi__free(cells->columns);
	swi__free(cells->cells);
	swi__text_done(&cells->bytes);
	*cells = (cli_grid){ 0 };
}

/* ------------------------------------------------------------------------------------------- lines */

/* Takes from the front of a text what fits, up to the last space if it does not end there; at least one character. */
static swi__slice line_take(swi__slice *text, size_t width)
{
	size_t fits = 0, space = 0, at = 0, used = 0;
	if (!text->bytes)
		return *text;
	while (at < text->length) {
		size_t next = at + 1;
		while (next < text->length && ((unsigned char)text->bytes[next] & 0xc0) == 0x80)
			next++;
		used += places((swi__slice){ text->bytes + at, next - at });
		if (used > width && fits)
			break;
		if (text->bytes[at] == ' ')
			space = at;
		fits = at = next;
	}
	if (at < text->length && space)
		fits = space;
	swi__slice line = { text->bytes, fits };
	text->bytes += fits;
	text->length -= fits;
	while (text->length && text->bytes[0] == ' ') {
		text->bytes++;
		text->length--;
	}
	return line;
}

static void put(const char *text)
{
	output_write(NULL, text, strlen(text));
}

static void put_repeated(const char *text, size_t count)
{
	while (count--)
		put(text);
}

/* Letters that are written from right to left, roughly: by the bytes they begin with. */
static bool leftward(swi__slice text)
{
	for (size_t i = 0; i < text.length; i++) {
		unsigned char byte = (unsigned char)text.bytes[i];
		unsigned char next = i + 1 < text.length ? (unsigned char)text.bytes[i + 1] : 0;
		bool presented = byte == 0xef && ((next >= 0xac && next <= 0xb7) || (next >= 0xb9 && next <= 0xbb));
		if ((byte >= 0xd6 && byte <= 0xdf) || (byte == 0xe0 && next < 0xa4) || presented ||
		    (byte == 0xf0 && (next == 0x90 || next == 0x9e)))
			return true;
	}
	return false;
}

static void put_styled(const cli_screen *screen, swi__slice text, screen_style style)
{
	put(screen_on(screen, style));
	output_write(NULL, text.bytes, text.length);
	/* A left-to-right mark keeps a terminal that turns such text from taking the numbers beside it along. */
	if (leftward(text))
		put("\xe2\x80\x8e");
	put(screen_off(screen, style));
}

void grid_wrap(const cli_screen *screen, size_t indent, const char *text, screen_style style)
{
	swi__text shown = { NULL, 0, 0, false };
	swk_text_show(text, strlen(text), bytes_take, &shown);
	swi__slice rest = swi__text_slice(&shown);
	for (bool first = true; rest.length; first = false) {
		put_repeated(" ", first ? 0 : indent);
		put_styled(screen, line_take(&rest, screen->width - (first ? 0 : indent)), style);
		put("\n");
	}
	swi__text_done(&shown);
}

/* ------------------------------------------------------------------------------------------- layout */

static swi__slice heading_of(const cli_grid *grid, const struct grid_column *column)
{
	return swi__slice_of(grid->bytes.bytes + column->heading);
}

static size_t word_longest(swi__slice text)
{
	size_t longest = 0, begin = 0;
	for (size_t i = 0; i <= text.length; i++) {
		if (i < text.length && text.bytes[i] != ' ')
			continue;
		longest = larger(longest, places((swi__slice){ text.bytes + begin, i - begin }));
		begin = i + 1;
	}
	return longest;
}

static size_t lines_count(swi__slice text, size_t width)
{
	size_t count = 0;
	for (; text.length; count++)
		line_take(&text, width);
	return count;
}

/* As narrow as cells and headings allow; headings get at most three lines. */
static void widths_measure(cli_grid *grid)
{
	for (size_t i = 0; i < grid->column_count; i++) {
		struct grid_column *column = &grid->columns[i];
		swi__slice heading = heading_of(grid, column);
		size_t unit = places(swi__slice_of(grid->bytes.bytes + column->unit));
		column->width = larger(column->before + column->after, larger(word_longest(heading), unit));
		while (lines_count(heading, column->width) > HEADING_LINES)
			column->width++;
	}
}

/* How wide all keys are when none is wider than `cap`. */
static size_t keys_width(const cli_grid *grid, size_t cap)
{
	size_t width = 0;
	for (size_t i = 0; i < grid->column_count; i++)
		if (grid->columns[i].flags & GRID_KEY)
			width += (grid->columns[i].width < cap ? grid->columns[i].width : cap) + GAP;
	return width;
}

/* Keys leave half of the screen to the rest, the widest giving way first; every other column fits beside them. Returns
 * the width of the keys. */
static size_t widths_fit(cli_grid *grid, size_t width)
{
	size_t cap = width;
	while (cap > KEY_MIN && keys_width(grid, cap) > width / 2)
		cap--;
	size_t used = keys_width(grid, cap), room = used + KEY_MIN < width ? width - used : KEY_MIN;
	for (size_t i = 0; i < grid->column_count; i++) {
		size_t most = grid->columns[i].flags & GRID_KEY ? cap : room;
		if (grid->columns[i].width > most)
			grid->columns[i].width = most;
	}
	return used;
}

/* --------------------------------------------------------------------------------------- printing */

/* A block: the keys, and the columns from `first` up to `end`. */
typedef struct grid_block {
	const cli_grid *grid;
	const cli_screen *screen;
	size_t first, end, rows;
	bool top; /* the first of them, with the rows that run over all columns */
} grid_block;

static bool block_has(const grid_block *block, size_t column)
{
	bool key = (block->grid->columns[column].flags & GRID_KEY) != 0;
	return key || (column >= block->first && column < block->end);
}

/* What is due before the next text of a line: spaces wait, so that no line ends with one. */
typedef struct grid_pen {
	const grid_block *block;
	size_t pending;
} grid_pen;

static void pen_put(grid_pen *pen, size_t left, swi__slice text, screen_style style, size_t right)
{
	pen->pending += left;
	if (text.length) {
		put_repeated(" ", pen->pending);
		put_styled(pen->block->screen, text, style);
		pen->pending = 0;
	}
	pen->pending += right;
}

static void heading_line(grid_pen *pen, const struct grid_column *column, size_t lines, size_t line)
{
	swi__slice rest = heading_of(pen->block->grid, column), text = { "", 0 };
	size_t count = lines_count(rest, column->width), unit = lines - 1;
	if (line == unit) {
		text = swi__slice_of(pen->block->grid->bytes.bytes + column->unit);
		/* The ends of a chart that had to become narrower. */
		if (places(text) > column->width)
			text.length = 0;
	} else if (line + count >= unit) {
		for (size_t at = unit - count; at <= line; at++)
			text = line_take(&rest, column->width);
	}
	size_t room = column->width - places(text);
	bool right = (column->flags & GRID_RIGHT) != 0;
	pen_put(pen, right ? room : 0, text, line == unit ? STYLE_DIM : STYLE_BOLD, right ? 0 : room);
}

static void block_heading(const grid_block *block)
{
	const cli_grid *grid = block->grid;
	size_t lines = 1;
	bool units = false;
	for (size_t i = 0; i < grid->column_count; i++) {
		if (!block_has(block, i))
			continue;
		size_t count = lines_count(heading_of(grid, &grid->columns[i]), grid->columns[i].width);
		lines = larger(lines, count + 1);
		units |= grid->bytes.bytes[grid->columns[i].unit] != '\0';
	}
	for (size_t line = 0; line < lines - !units; line++) {
		grid_pen pen = { block, 0 };
		for (size_t i = 0; i < grid->column_count; i++)
			if (block_has(block, i)) {
				heading_line(&pen, &grid->columns[i], lines, line);
				pen.pending += GAP;
			}
		put("\n");
	}
}

static void block_rule(const grid_block *block)
{
	size_t pending = 0;
	put(screen_on(block->screen, STYLE_DIM));
	for (size_t i = 0; i < block->grid->column_count; i++) {
		if (!block_has(block, i))
			continue;
		put_repeated(" ", pending);
		put_repeated(block->screen->glyphs->rule, block->grid->columns[i].width);
		pending = GAP;
	}
	put(screen_off(block->screen, STYLE_DIM));
	put("\n");
}

/* A cell that fits stands by its anchor; the lines of one that does not begin at the left. */
static void cell_put(grid_pen *pen, const struct grid_column *column, const struct grid_cell *cell, swi__slice *rest)
{
	bool fits = cell->before + cell->after <= column->width && column->before <= column->width;
	size_t spare = column->width > column->before + column->after ? column->width - column->before - column->after
	                                                              : 0;
	size_t shift = fits ? column->before - cell->before + (column->flags & GRID_RIGHT ? spare : 0) : 0;
	swi__slice line = line_take(rest, column->width);
	size_t most = column->width - (fits ? places(line) : 0), taken;
	shift = shift < most ? shift : most;
	taken = shift + places(line);
	pen_put(pen, shift, line, cell->style, taken < column->width ? column->width - taken : 0);
}

static void span_put(const grid_block *block, const struct grid_cell *cell)
{
	swi__slice rest = { block->grid->bytes.bytes + cell->at, cell->length };
	size_t indent = 0;
	do {
		put_repeated(" ", indent);
		put_styled(block->screen, line_take(&rest, block->screen->width - indent), cell->style);
		put("\n");
		indent = GAP;
	} while (rest.length);
}

static void block_row(const grid_block *block, size_t row, swi__slice *rests)
{
	const cli_grid *grid = block->grid;
	const struct grid_cell *cells = &grid->cells[row * grid->column_count];
	bool more = true;
	if (cells[0].span) {
		if (block->top)
			span_put(block, &cells[0]);
		return;
	}
	for (size_t i = 0; i < grid->column_count; i++)
		rests[i] = (swi__slice){ grid->bytes.bytes + cells[i].at, cells[i].length };
	while (more) {
		grid_pen pen = { block, 0 };
		more = false;
		for (size_t i = 0; i < grid->column_count; i++) {
			if (!block_has(block, i))
				continue;
			cell_put(&pen, &grid->columns[i], &cells[i], &rests[i]);
			pen.pending += GAP;
			more |= rests[i].length > 0;
		}
		put("\n");
	}
}

/* Rows that all run over the columns need no heading of them. */
static bool headings_due(const cli_grid *grid, size_t rows)
{
	size_t row = 0;
	while (row < rows && grid->cells[row * grid->column_count].span)
		row++;
	if (rows && row == rows)
		return false;
	for (size_t i = 0; i < grid->column_count; i++)
		if (grid->bytes.bytes[grid->columns[i].heading])
			return true;
	return false;
}

static void block_print(const grid_block *block, swi__slice *rests)
{
	if (headings_due(block->grid, block->rows)) {
		block_heading(block);
		block_rule(block);
	}
	for (size_t row = 0; row < block->rows; row++)
		block_row(block, row, rests);
}

/* The first column behind `first`, and before `columns`, that no longer fits beside it. */
static size_t block_end(const cli_grid *grid, size_t first, size_t columns, size_t room)
{
	size_t used = 0, i = first;
	for (; i < columns; i++) {
		if (grid->columns[i].flags & GRID_KEY)
			continue;
		used += grid->columns[i].width + (used ? GAP : 0);
		if (used > room && i > first)
			break;
	}
	return i;
}

static size_t blocks_count(const cli_grid *grid, size_t first, size_t columns, size_t room)
{
	size_t count = 0;
	for (; first < columns; count++)
		first = block_end(grid, first, columns, room);
	return count;
}

/* How many columns are shown: a last one that can be spared only if it needs no block of its own. */
static size_t columns_kept(const cli_grid *grid, size_t first, size_t room)
{
	size_t columns = grid->column_count, fewer = columns - 1;
	if (!(grid->columns[fewer].flags & GRID_SPARE) || fewer <= first)
		return columns;
	return blocks_count(grid, first, fewer, room) < blocks_count(grid, first, columns, room) ? fewer : columns;
}

/* The least room that needs no more blocks than all of it: they become about as wide as each other. */
static size_t room_balanced(const cli_grid *grid, size_t first, size_t columns, size_t room)
{
	size_t count = blocks_count(grid, first, columns, room);
	while (room > 1 && blocks_count(grid, first, columns, room - 1) == count)
		room--;
	return room;
}

int grid_print(cli_grid *cells, const cli_screen *screen)
{
	if (!cells->column_count)
		return EXIT_DONE;
	if (cells->failed || cells->bytes.failed)
		return fail("memory could not be allocated");
	swi__slice *rests = swi__alloc(cells->column_count + 1, sizeof *rests);
	if (!rests)
		return fail("memory could not be allocated");
	size_t rows = cells->cell_count / cells->column_count;
	widths_measure(cells);
	size_t keys = widths_fit(cells, screen->width), first = 0;
	while (first < cells->column_count && cells->columns[first].flags & GRID_KEY)
		first++;
	size_t columns = columns_kept(cells, first, screen->width - keys);
	size_t room = room_balanced(cells, first, columns, screen->width - keys);
	bool top = true;
	do {
		grid_block block = { cells, screen, first, columns, rows, top };
		block.end = block_end(cells, first, columns, room);
		block_print(&block, rests);
		first = block.end;
		top = false;
		if (first < columns)
			put("\n");
	} while (first < columns);
	swi__free(rests);
	return EXIT_DONE;
}
