# SPDX-License-Identifier: MIT
"""One engine, once, over all measures: bench.py starts it anew for each turn.

    turn.py ENGINE LIBRARY ROWS FOLDER LABEL

Measures go to standard output as JSON lines; answers into FOLDER/LABEL.pickle.
"""

import ctypes
import json
import os
import pathlib
import pickle
import sys
import time

import engines
import frames
import numpy
import queries
import world

ASKS = 5
BIG = 2000000  # from here on slow engines are asked once
HISTORY_WEEKS = 260
WEEK = 7
STORES = 1000


def load(path):
    library = ctypes.CDLL(str(path))
    for name in ("swk_store_close", "swk_result_free", "bench_forget"):
        getattr(library, name).argtypes = [ctypes.c_void_p]
    for name in ("bench_copy", "bench_loads", "bench_count"):
        getattr(library, name).restype = ctypes.c_double
    return library


def resident():
    """Bytes of memory that this process has touched and not given back."""
    pages = int(pathlib.Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


class Turn:
    def __init__(self, engine, library, rows, folder):
        self.kind, self.library, self.folder = (engines.ENGINES | frames.ENGINES)[engine], library, folder
        self.world = world.World(library, rows)
        self.slow = engine not in ("salesweek", "duckdb")
        self.answers = {}

    def tell(self, measure, **figures):
        print(json.dumps({"engine": self.kind.name, "rows": self.world.rows, "measure": measure} | figures), flush=True)

    def timed(self, measure, act, times=1):
        """The median of some times."""
        took = []
        for _ in range(times):
            begin, worked = time.perf_counter(), time.process_time()
            got = act()
            took.append((time.perf_counter() - begin, time.process_time() - worked))
        seconds, worked = sorted(took)[len(took) // 2]
        self.tell(measure, seconds=seconds, worked=worked)
        return got

    def filled(self, path=None, tables=("rep", "lead")):
        engine = self.kind(self.library, path)
        for table in tables:
            engine.ingest(self.data[table])
        return engine

    # ---------------------------------------------------------------------------------------- records

    def ingestion(self):
        """Leaves an engine that has all records."""
        probe = self.kind(self.library)
        batches = {table: self.world.table(table) for table in world.TABLES}
        order = numpy.random.default_rng(1).permutation(batches["call"].num_rows)
        shuffled = probe.prepared("call", batches["call"].take(order))
        self.data = {table: probe.prepared(table, batch) for table, batch in batches.items()}
        probe.close()
        calls = self.data["call"]
        engine = self.filled()
        self.timed("ingest_first_touch", lambda: engine.ingest(calls))
        engine.close()
        if not self.slow:
            engine = self.filled()
            self.timed("ingest_shuffled", lambda: engine.ingest(shuffled))
            engine.close()
        if self.kind.files:
            self.files(calls)
        if self.kind is engines.Salesweek:
            engine = self.filled()
            self.timed("ingest_threads", lambda: engine.ingest(calls, threads=2))
            self.timed("ingest_again_threads", lambda: engine.ingest(calls, threads=2))
            engine.close()
        engine = self.filled()
        self.timed("ingest", lambda: engine.ingest(calls))
        self.timed("ingest_again", lambda: engine.ingest(calls))
        self.timed("ingest_rest", lambda: self.rest(engine))
        return engine

    def files(self, calls):
        """Into a file, how large it becomes with all records, and opening it."""
        path = self.folder / "store"
        engine = self.filled(path)
        self.timed("ingest_file", lambda: engine.ingest(calls))
        self.rest(engine)
        engine.close()
        records = sum(self.world.counts.values())
        self.tell("disk", bytes=sum(p.stat().st_size for p in self.folder.glob("store*")) / records)
        self.timed("open", lambda: self.kind(self.library, path).close())
        for left in self.folder.glob("store*"):
            left.unlink()

    def rest(self, engine):
        for table in ("message", "opportunity", "score", "meeting", "quota"):
            engine.ingest(self.data[table])

    def fold(self, engine):
        """The first question that reads facts folds them; it asks for one week without any."""
        empty = self.world.begin // world.WEEK_US * WEEK - 3 - 10 * WEEK
        self.timed("fold", lambda: engine.ask(engine.query("responses", empty, empty + WEEK, self.world.now)))

    # -------------------------------------------------------------------------------------- questions

    def cold(self, engine, question):
        query = engine.query(question, now=self.world.now)
        if self.kind is not engines.Salesweek:
            answer = self.timed(f"{question}_cold", lambda: engine.ask(query), 1 if self.slow else ASKS)
            self.answers[question] = engine.columns(answer)
            return
        for measure, threads in ((f"{question}_cold", 1), (f"{question}_cold_threads", 2)):
            query, took = engine.query(question, now=self.world.now, threads=threads), []
            for _ in range(ASKS):
                engine.forget()
                begin, worked = time.perf_counter(), time.process_time()
                answer = engine.ask(query)
                took.append((time.perf_counter() - begin, time.process_time() - worked))
                self.answers[question] = engine.columns(answer)
            seconds, worked = sorted(took)[ASKS // 2]
            self.tell(measure, seconds=seconds, worked=worked)

    def warm(self, engine, question):
        """Asked before in two other windows, the later first, and with another present."""
        if self.kind is engines.Salesweek:
            first = self.world.begin // world.WEEK_US * WEEK - 3
            middle, last = first + self.world.weeks // 2 * WEEK, first + (self.world.weeks + 19) * WEEK
            engine.forget()
            for window in ((middle, last), (first, middle)):
                self.library.swk_result_free(engine.ask(engine.query(question, *window, now=self.world.now + 1)))
        query = engine.query(question, now=self.world.now)
        answer = self.timed(f"{question}_warm", lambda: engine.ask(query), 1 if self.slow else ASKS)
        if self.kind is engines.Salesweek:
            self.library.swk_result_free(answer)

    def change(self, engine):
        """One changed call in the middle of the history, then each question."""
        for number, question in enumerate(queries.QUESTIONS):
            if question not in self.kind.questions:
                continue
            one = self.world.table("call", self.world.counts["call"] // 2 + number, 1)
            stamps = one.column(1).cast("int64").to_numpy() + 10**12
            one = one.set_column(1, "recorded_at", world.column_array("instant", stamps, 1))
            one = engine.prepared("call", one)
            query = engine.query(question, now=self.world.now)
            if self.kind is engines.Salesweek:
                self.library.swk_result_free(engine.ask(query))
            self.timed(f"{question}_change", lambda: engine.ingest(one))
            answer = self.timed(f"{question}_changed", lambda: engine.ask(query))
            if self.kind is engines.Salesweek:
                self.answers[question, "changed"] = engine.columns(answer)

    def history(self):
        """The last 13 weeks of a history and of one that is ten times as long."""
        for name, weeks in (("1x", HISTORY_WEEKS // 10), ("10x", HISTORY_WEEKS)):
            rows = self.world.rows * weeks // HISTORY_WEEKS // 25000 * 25000
            made = world.World(self.library, max(rows, 25000), weeks)
            engine = self.kind(self.library)
            for table in world.TABLES:
                engine.ingest(engine.prepared(table, made.table(table)))
            first = made.begin // world.WEEK_US * WEEK - 3 + (weeks - 13) * WEEK
            for question in queries.QUESTIONS:
                query, took = engine.query(question, first, first + 12 * WEEK, made.now), []
                for _ in range(3 * ASKS):
                    engine.forget()
                    begin, worked = time.perf_counter(), time.process_time()
                    answer = engine.ask(query)
                    took.append((time.perf_counter() - begin, time.process_time() - worked))
                    self.library.swk_result_free(answer)
                seconds, worked = sorted(took)[len(took) // 2]
                self.tell(f"{question}_13_weeks_{name}", seconds=seconds, worked=worked)
            engine.close()

    def stores(self):
        """A thousand empty stores at once."""
        before = resident()
        begin = time.perf_counter()
        opened = [self.kind(self.library) for _ in range(STORES)]
        self.tell("empty_stores", seconds=time.perf_counter() - begin, bytes=resident() - before)
        for engine in opened:
            engine.close()

    def run(self):
        if self.kind is engines.Salesweek:
            self.stores()
        engine = self.ingestion()
        if self.kind is engines.Salesweek:
            self.fold(engine)
            memory = engine.info()["memory_bytes"]
            self.tell("memory", bytes=memory / sum(self.world.counts.values()))
        for question in self.kind.questions:
            self.cold(engine, question)
        for question in self.kind.questions:
            self.warm(engine, question)
        if not self.slow:
            self.change(engine)
        engine.close()
        if self.kind is engines.Salesweek:
            self.history()
        return self.answers


def limits(library, rows):
    """What the machine can do at best in one thread."""
    calls, size, loads = rows * 4 // 10, 1 << 28, 10000000
    figures = {
        "copy_gb_s": size / library.bench_copy(ctypes.c_size_t(size), ASKS) / 1e9,
        "load_ns": library.bench_loads(ctypes.c_size_t(1 << 30), ctypes.c_size_t(loads), ASKS) / loads * 1e9,
        "count_ns": library.bench_count(ctypes.c_int64(calls), ASKS) / calls * 1e9,
    }
    for measure, figure in figures.items():
        print(json.dumps({"engine": "limits", "rows": rows, "measure": measure, "figure": figure}), flush=True)


def main():
    engine, path, rows, folder, label = sys.argv[1:]
    library, folder = load(path), pathlib.Path(folder)
    if engine == "limits":
        limits(library, int(rows))
        return
    answers = Turn(engine, library, int(rows), folder).run()
    (folder / f"{label}.pickle").write_bytes(pickle.dumps(answers))


if __name__ == "__main__":
    main()
