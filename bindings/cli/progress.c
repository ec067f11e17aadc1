/* SPDX-License-Identifier: MIT */
#include "progress.h"

#include "interrupt.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define BAR 30
#define EVERY_MS 100

static struct {
	bool wanted, shown;
	int64_t begun, last; /* milliseconds */
} progress;

static int64_t milliseconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void progress_begin(void)
{
	progress.wanted = isatty(STDERR_FILENO);
	progress.begun = progress.last = milliseconds();
}

static void bar_draw(uint64_t done, uint64_t total, int64_t took)
{
	const double mib = 1048576.0;
	double rate = took > 0 ? (double)done / mib * 1000.0 / (double)took : 0;
	char bar[BAR + 1] = "";
	if (!total || done > total) {
		fprintf(stderr, "\r\033[K%.1f MiB, %.1f MiB/s", (double)done / mib, rate);
		return;
	}
	int filled = (int)((double)done / (double)total * BAR);
	for (int i = 0; i < BAR; i++)
		bar[i] = i < filled ? '#' : '.';
	fprintf(stderr, "\r\033[K[%s] %.1f of %.1f MiB, %.1f MiB/s", bar, (double)done / mib, (double)total / mib,
	        rate);
}

int progress_show(void *context, uint64_t done, uint64_t total)
{
	(void)context;
	if (progress.wanted) {
		int64_t now = milliseconds();
		if (now - progress.last >= EVERY_MS) {
			progress.last = now;
			progress.shown = true;
			bar_draw(done, total, now - progress.begun);
		}
	}
	return interrupt_seen();
}

void progress_clear(void)
{
	if (progress.shown)
		fputs("\r\033[K", stderr);
	progress.shown = false;
}
