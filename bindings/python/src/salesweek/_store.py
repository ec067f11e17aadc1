# SPDX-License-Identifier: MIT
"""A store of records: opened, filled, asked, closed."""

from __future__ import annotations

import contextlib
import ctypes
import datetime
import os
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, NamedTuple, NoReturn, Union, overload

from . import _arrow, _html, _raw, _rows
from ._calls import Producers, Progress, call
from ._errors import ClosedError, ForkedError, InvalidError, RejectedError, StoreIOError, UsageError, hint
from ._library import address, lib, quick
from ._progress import meter
from ._result import Result, catalog, pointer_from
from ._values import (
    UINT32,
    UINT64,
    Instant,
    Values,
    Week,
    Zone,
    encoded,
    encoded_path,
    encoded_zone,
    flag,
    instant,
    misused,
    named,
    query,
    week_start_number,
    whole,
)

_REJECTED = (_raw.SWK_ERR_REJECTED,)
# What Store.report takes beside the options of reports.
_KEYWORDS = ("by", "where", "weeks", "total", "fill", "previous", "now", "as_of", "at_commit", "currency", "threads")
PROGRESS = address(lib.swp_progress)


class Handle:
    """The library's store, closed once, when no call is under way. Apart from Store, for its finalizer to hold."""

    def __init__(self, pointer: int) -> None:
        self.pointer: int | None = pointer
        self._calls = 0
        self._abandoned = False
        self._idle = threading.Condition()

    @contextlib.contextmanager
    def use(self) -> Iterator[int]:
        with self._idle:
            if self.pointer is None:
                self._refuse()
            pointer = self.pointer
            assert pointer is not None
            self._calls += 1
        try:
            yield pointer
        finally:
            with self._idle:
                self._calls -= 1
                self._idle.notify_all()

    def close(self) -> None:
        """New calls are refused at once; those that are under way end first."""
        with self._idle:
            pointer, self.pointer = self.pointer, None
            while self._calls:
                self._idle.wait()
        if pointer is not None:
            lib.swk_store_close(pointer)

    def abandon(self) -> None:
        """Collected, or the end of the process, where a thread may still be in a call: what it uses stays."""
        self._abandoned = True
        pointer, self.pointer = self.pointer, None
        if pointer is not None and not self._calls:
            lib.swk_store_close(pointer)

    def _refuse(self) -> NoReturn:
        if self._abandoned and threading.current_thread().daemon:
            # Python ends, and does the same to a daemon thread that wants to go on.
            self._idle.release()
            threading.Event().wait()
        raise ClosedError("the store was closed")


class Reject(NamedTuple):
    """A refused row: where it was, and why."""

    table: str
    row: int
    field: str
    value: str
    reason: str


class Rejects(Sequence[Reject]):
    """The refused rows of an ingestion of Arrow, made into Python's objects when they are asked for."""

    def __init__(self, result: Result) -> None:
        self._result = result

    def __len__(self) -> int:
        return len(self._result)

    @overload
    def __getitem__(self, at: int) -> Reject: ...

    @overload
    def __getitem__(self, at: slice) -> list[Reject]: ...

    def __getitem__(self, at: int | slice) -> Reject | list[Reject]:
        if isinstance(at, slice):
            return [self[row] for row in range(*at.indices(len(self)))]
        row = self._result[at]
        reason = row["reason"]
        return Reject(row["table"], row["row"], row["field"] or "", row["value"] or "", reason + hint(reason))

    def __eq__(self, other: object) -> bool:
        return list(self) == list(other) if isinstance(other, Sequence) else NotImplemented

    def __reduce__(self) -> tuple[Any, ...]:
        return list, (list(self),)

    def __repr__(self) -> str:
        return repr(self[:3])[:-1] + (", ...]" if len(self) > 3 else "]")


class Ingested:
    """What came of an ingestion.

    ``accepted`` rows were stored, ``unchanged`` ones said nothing new, ``rejected`` ones were refused; ``rejects``
    tells of each refused row its number (from 1), field, value and reason. ``commit`` is the number of the last commit.

    >>> import salesweek
    >>> with salesweek.open() as store:
    ...     got = store.ingest("call", {"id": ["c1", "c2"], "at": ["2026-11-02T09:30:00Z", "yesterday"]})
    >>> got
    <salesweek.Ingested: accepted 1, unchanged 0, rejected 1>
    >>> got.rejects[0].row, got.rejects[0].field, got.rejects[0].value
    (2, 'at', 'yesterday')
    """

    def __init__(self, counts: _raw.swk_ingest_counts, rejects: Sequence[Reject]) -> None:
        self.accepted: int = counts.accepted
        self.unchanged: int = counts.unchanged
        self.rejected: int = counts.rejected
        self.commit: int = counts.commit
        self.rejects = rejects

    def __repr__(self) -> str:
        return (
            f"<salesweek.Ingested: accepted {self.accepted}, unchanged {self.unchanged}, rejected {self.rejected}>"
        )

    def _repr_html_(self) -> str:
        rows = (reject._asdict() for reject in self.rejects)
        return _html.table(Reject._fields, rows, len(self.rejects), repr(self).strip("<>"))


class Outcome:
    """What C tells of an ingestion. Its counts are set once the commit is durable: who is interrupted then knows so."""

    def __init__(self) -> None:
        self.counts = _raw.swk_ingest_counts(size=ctypes.sizeof(_raw.swk_ingest_counts))
        self.rejects: Sequence[Reject] = ()

    def ingested(self) -> Ingested:
        return Ingested(self.counts, self.rejects)


class Store:
    """A store of records. Open one with :func:`salesweek.open`; it is a context manager that closes it.

    Many threads may use one store: any number of reports beside one ingestion; a second ingestion waits. A process
    that was forked opens the store anew (:class:`salesweek.ForkedError`).
    """

    def __init__(self, handle: Handle, path: str | None) -> None:
        self._handle = handle
        self._writing = threading.Lock()
        self._writer: int | None = None  # the thread that has it
        #: The file, or ``None`` for a store in memory alone.
        self.path = path
        self._finalizer = weakref.finalize(self, handle.abandon)

    # ---- its life

    def close(self) -> None:
        """Closes the store, after the calls that are under way. Commits are durable when they return, so nothing is
        lost without it. Results stay as they are. A second time does nothing."""
        self._finalizer.detach()
        self._handle.close()

    def __enter__(self) -> Store:
        with self._handle.use():
            return self

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        raise TypeError("a Store belongs to one process and is not copied; open its file there")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return self._handle.pointer is None

    def interrupt(self) -> None:
        """Stops the calls that are under way on this store, in all threads, with CallInterruptedError."""
        with self._handle.use() as store:
            quick.swk_store_interrupt(store)

    # ---- records go in

    @contextlib.contextmanager
    def _write(self) -> Iterator[int]:
        """The one writer: others wait here, where Ctrl-C is heard, and not in C."""
        if self._writer == threading.get_ident():
            raise UsageError("an ingestion was begun within another one of the same store")
        with self._handle.use() as store, self._writing:
            self._writer = threading.get_ident()
            try:
                yield store
            finally:
                self._writer = None

    def ingest(
        self,
        table: str,
        data: Any,
        *,
        zone: Zone | None = None,
        recorded_at: Instant | None = None,
        strict: bool = False,
        ignore_unknown: bool = False,
        threads: int | None = None,
        progress: bool | Progress | None = None,
    ) -> Ingested:
        """Commits records to a table: all of them, durable when this returns, or on failure none.

        ``data`` is anything that hands itself over as Arrow (pandas, polars, pyarrow, DuckDB and others), read array
        by array and never copied as a whole; or a dict of columns, or an iterable of dicts. Columns and keys are the
        names of the fields. Rows that are wrong are refused one by one, and told in ``rejects``; with ``strict`` one
        is enough to refuse all (:class:`salesweek.RejectedError`). ``zone`` is that of naive datetimes, which are
        refused without one, and of texts with a local time. ``recorded_at`` is the stamp of the first row without
        one. ``ignore_unknown`` skips fields that the table does not have. At most ``threads`` (1) work on it.
        ``progress`` is a function of (done, total), or True for a tqdm bar.

        What interrupts it, Ctrl-C above all, leaves the store as before. When the commit had ended by then, the
        exception's ``ingested`` says what went in, as the return value would have.

        >>> import datetime, salesweek
        >>> store = salesweek.open()
        >>> at = datetime.datetime(2026, 11, 2, 9, 30, tzinfo=datetime.timezone.utc)
        >>> store.ingest("call", [{"id": "c1", "at": at, "outcome": "answered", "duration_s": 65}])
        <salesweek.Ingested: accepted 1, unchanged 0, rejected 0>
        >>> store.ingest("call", [{"id": "c2", "at": at.replace(tzinfo=None)}]).rejects[0].reason
        'was a datetime without a zone; name one with zone=, or give datetimes with zones'
        >>> store.ingest("call", {"id": ["c2"], "at": [at.replace(tzinfo=None)]}, zone="Europe/Berlin").accepted
        1
        >>> store.close()
        """
        outcome = Outcome()
        try:
            with self._write() as store, meter(progress, f"ingest {table}", " rows") as told:
                options = _raw.swk_ingest_options(
                    size=ctypes.sizeof(_raw.swk_ingest_options),
                    strict=strict,
                    recorded_at=instant(store, recorded_at, zone, "recorded_at"),
                    threads=whole(threads, "threads", UINT32),
                )
                if _arrow.is_arrow(data):
                    options.zone, options.ignore_unknown = encoded_zone(zone), ignore_unknown
                    self._ingest_arrow(store, table, data, options, told, outcome)
                else:
                    self._ingest_rows(store, table, data, zone, ignore_unknown, options, told, outcome)
            return outcome.ingested()
        except BaseException as error:
            if outcome.counts.commit:
                error.ingested = outcome.ingested()  # type: ignore[attr-defined]
            self._explain(error, table)
            raise

    def tables(self) -> list[str]:
        """The names of the tables.

        >>> import salesweek
        >>> with salesweek.open() as store:
        ...     store.tables()[:4]
        ['rep', 'lead', 'message', 'call']
        """
        return [name.removesuffix("_records") for name in self.info() if name.endswith("_records")]

    def _explain(self, error: BaseException, table: str) -> None:
        """Says of an unknown table or field which there are."""
        if isinstance(error, UsageError) and error.field == "table":
            error._suggest(table, self.tables())
        elif isinstance(error, InvalidError) and error.reason.startswith("is no field of this table"):
            fields = _arrow.stream_names(self._export(table, None))
            error._suggest(error.field, (name for name in fields if name != "stamped"))

    def _ingest_arrow(
        self,
        store: int,
        table: str,
        data: Any,
        options: _raw.swk_ingest_options,
        progress: Progress | None,
        outcome: Outcome,
    ) -> None:
        handle, name = ctypes.c_void_p(), named(table, "the name of a table")
        outputs = (ctypes.byref(options), ctypes.byref(outcome.counts), ctypes.byref(handle))
        told = counted(progress, data)
        try:
            first, array = _arrow.offered(data, table)
            if array is None:
                code = self._ingest_stream(store, name, first, outputs, told)
            else:
                given = (_arrow.SCHEMA.pointer(first), _arrow.ARRAY.pointer(array))
                code = call(lib.swk_store_ingest, store, name, *given, *outputs, progress=told, accept=_REJECTED)
        finally:
            if handle.value:
                outcome.rejects = Rejects(Result(handle.value))
        if code == _raw.SWK_ERR_REJECTED:
            raise rejected(outcome.rejects)

    def _ingest_stream(
        self, store: int, table: bytes, capsule: object, outputs: tuple[Any, ...], progress: Progress | None
    ) -> int:
        stream = _arrow.STREAM.pointer(capsule)
        producers = Producers()
        try:
            with producers:
                return call(
                    lib.swk_store_ingest_stream, store, table, stream, *outputs, progress=progress, accept=_REJECTED
                )
        except StoreIOError as error:
            if producers.error is not None:
                raise producers.error from error
            said = _arrow.last_error(stream)
            if said:
                raise StoreIOError(f"the stream failed: {said}", table=error.table, reason=said) from None
            raise

    def _ingest_rows(
        self,
        store: int,
        table: str,
        data: Any,
        zone: Zone | None,
        ignore_unknown: bool,
        options: _raw.swk_ingest_options,
        progress: Progress | None,
        outcome: Outcome,
    ) -> None:
        outputs = (ctypes.byref(options), ctypes.byref(outcome.counts))
        with contextlib.closing(_rows.Batch(store, table, zone, ignore_unknown)) as batch:
            for row in _rows.rows_of(data):
                batch.add(row)
            try:
                code = call(
                    lib.swk_store_ingest_batch, store, batch.pointer, *outputs, progress=progress, accept=_REJECTED
                )
            finally:
                outcome.rejects = [Reject(*_rows.reject_tuple(batch.reject(at))) for at in range(batch.rejects())]
        if code == _raw.SWK_ERR_REJECTED:
            raise rejected(outcome.rejects)

    # ---- questions

    def report(
        self,
        name: str,
        *,
        by: str | Iterable[str] | None = None,
        where: Mapping[str, Values] | None = None,
        weeks: Week | tuple[Week | None, Week | None] | None = None,
        total: bool = False,
        fill: bool = False,
        previous: bool = False,
        zone: Zone | None = None,
        week_start: str | None = None,
        now: Instant | datetime.date | None = None,
        as_of: Instant | datetime.date | None = None,
        at_commit: int | None = None,
        currency: str | None = None,
        threads: int | None = None,
        progress: bool | Progress | None = None,
        **options: Any,
    ) -> Result:
        """Answers a question from one consistent state of the store: that of the last commit when it began.

        ``by`` are dimensions; ``where`` maps dimensions to the values they may have (None: not known); ``weeks`` is one
        week or (first, last), both included, each a label such as ``"2026-W45"``, any date in the week, or None.
        ``total`` gives one row per group over the whole window, ``fill`` also rows of zeros, ``previous`` the figures
        of the week before beside each. ``zone`` and ``week_start`` are the calendar, the store's if not given; ``now``
        is the present, ``as_of`` takes the versions recorded up to then, ``at_commit`` the rows of the first commits.
        At most ``threads`` (1) count; the answer is the same.
        Other keywords are options of the report (:func:`salesweek.catalog` names them), such as ``basis="created"``.

        >>> import salesweek
        >>> store = salesweek.open(zone="Europe/Berlin")
        >>> got = store.ingest("opportunity", [
        ...     {"id": "o1", "created_at": "2026-10-01", "closed_at": "2026-10-20", "outcome": "won", "rep": "ada"},
        ...     {"id": "o2", "created_at": "2026-10-02", "closed_at": "2026-10-21", "outcome": "lost", "rep": "bo"},
        ... ])
        >>> result = store.report("win_rate", by="rep", weeks=("2026-W40", "2026-W45"), now="2026-11-09", total=True)
        >>> [(row["rep"], row["won"], row["lost"]) for row in result]
        [('ada', 1, 0), ('bo', 0, 1)]
        >>> store.close()
        """
        flags = (
            flag(total, "total", _raw.SWK_QUERY_TOTAL)
            | flag(fill, "fill", _raw.SWK_QUERY_FILL)
            | flag(previous, "previous", _raw.SWK_QUERY_PREVIOUS)
        )
        with self._handle.use() as store, meter(progress, name, "") as told:
            asked = query(
                store,
                name,
                by,
                where,
                weeks,
                flags,
                zone,
                week_start,
                now,
                as_of,
                at_commit,
                currency,
                threads,
                options,
            )
            asked.progress = _raw.swk_progress(PROGRESS)
            handle = ctypes.c_void_p()
            try:
                call(lib.swk_store_report, store, ctypes.byref(asked), ctypes.byref(handle), progress=told)
            except UsageError as error:
                if isinstance(by, str) and "," in by:
                    error.message += " (several are a list)"
                else:
                    error._suggest(error.value, _asked(error.field, name))
                raise
            return Result(handle.value or 0, name)

    # ---- records go out

    def table(
        self,
        name: str,
        *,
        versions: bool = False,
        as_of: Instant | datetime.date | None = None,
        at_commit: int | None = None,
        batch_rows: int | None = None,
    ) -> Table:
        """The records of a table, for everything that reads Arrow: the current ones, or with ``versions`` every version
        of every record. ``as_of`` takes the versions recorded up to then, ``at_commit`` the rows of the first commits,
        ``batch_rows`` is the most rows of an array.

        Each reading streams from the state of the store at its beginning. Ingesting all versions of all tables into an
        empty store of the same calendar and currency makes one that answers as this one does.

        >>> import salesweek
        >>> with salesweek.open() as store, salesweek.open() as copy:
        ...     got = store.ingest("rep", {"id": ["r1", "r2"], "name": ["Ada", "Bo"]})
        ...     copy.ingest("rep", store.table("rep", versions=True))
        <salesweek.Ingested: accepted 2, unchanged 0, rejected 0>
        """
        with self._handle.use() as store:
            options = _raw.swk_export_options(
                size=ctypes.sizeof(_raw.swk_export_options),
                flags=_raw.SWK_EXPORT_VERSIONS if versions else 0,
                batch_rows=whole(batch_rows, "batch_rows", UINT32),
                as_of=instant(store, as_of, None, "as_of"),
                at_commit=whole(at_commit, "at_commit", UINT64),
            )
        table = Table(self, name, options)
        try:
            table.__arrow_c_stream__()  # an unknown table is told now
        except UsageError as error:
            self._explain(error, name)
            raise
        return table

    def _export(self, name: str, options: _raw.swk_export_options | None) -> object:
        capsule, pointer = _arrow.STREAM.capsule()
        given = None if options is None else ctypes.byref(options)
        with self._handle.use() as store:
            call(lib.swk_store_export, store, named(name, "the name of a table"), given, pointer)
        return capsule

    def info(self) -> dict[str, Any]:
        """What the store holds: version, calendar, currency, commits, records and versions of each table, memory.

        >>> import salesweek
        >>> with salesweek.open(currency="EUR") as store:
        ...     store.info()["currency"], store.info()["call_records"]
        ('EUR', 0)
        """
        with self._handle.use() as store:
            rows = Result(pointer_from(lib.swk_store_info, store))
        texts = {"version", "zone", "week_start", "currency"}
        return {row["name"]: row["value"] if row["name"] in texts else _number(row["value"]) for row in rows}

    def audit(self, now: Instant | datetime.date | None = None) -> Result:
        """What to know of the current records before believing a report: rows of table, field, finding, count, value.

        Findings are ``records`` (how many, and the newest), ``later`` (after now), ``dangling`` (naming a record that
        does not exist) and ``no currency``; those without one are left out.

        >>> import salesweek
        >>> with salesweek.open() as store:
        ...     got = store.ingest("call", [{"id": "c1", "at": "2026-11-02", "lead": "l1"}])
        ...     for row in store.audit(now="2026-11-09"):
        ...         print(row["table"], row["field"], row["finding"], row["count"], row["value"])
        call at records 1 2026-11-02T00:00:00Z
        call lead dangling 1 l1
        """
        with self._handle.use() as store:
            return Result(pointer_from(lib.swk_store_audit, store, instant(store, now, None, "now")))

    def _shown(self) -> tuple[str, dict[str, Any]]:
        """Where it is and, if it may not be asked, why; and what it holds."""
        where = "in memory" if self.path is None else repr(self.path)
        try:
            return where, self.info()
        except ClosedError:
            return where + ", closed", {}
        except ForkedError:
            return where + ", of another process", {}

    def __repr__(self) -> str:
        where, info = self._shown()
        if not info:
            return f"<salesweek.Store {where}>"
        return (
            f"<salesweek.Store {where}: {info['zone']}, weeks from {info['week_start']}, {info['currency']}, "
            f"{info['commits']} commits>"
        )

    def _repr_html_(self) -> str:
        where, info = self._shown()
        rows = [{"name": name, "value": str(value)} for name, value in info.items()]
        return _html.table(("name", "value"), rows, len(rows), f"store {where}")


class Table(_arrow.ArrowTable):
    """The records of a table (:meth:`Store.table`)."""

    def __init__(self, store: Store, name: str, options: _raw.swk_export_options) -> None:
        self._store, self._options = store, options
        #: The table's name.
        self.name = name

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """A capsule with a stream of the records, which sees one state of the store and outlives it."""
        _arrow.requested(requested_schema)
        return self._store._export(self.name, self._options)

    def __repr__(self) -> str:
        return f"<salesweek.Table {self.name} of {self._store!r}>"


def _number(text: Any) -> Any:
    try:
        return int(text)
    except (TypeError, ValueError):
        return text


def _asked(field: str | None, report: str) -> Iterable[str]:
    """What there is to ask where an argument of a report was unknown."""
    known = catalog()
    if field == "report":
        return known.reports
    if field == "dimension":
        return known.dimensions(report)
    options = known.options(report)
    if field == "option":
        return [*options, *_KEYWORDS]
    return options.get(field or "", ())


def counted(progress: Progress | None, data: Any) -> Progress | None:
    """A stream does not say how long it is; what it came from may."""
    if progress is None or not hasattr(data, "__len__"):
        return progress
    told, rows = progress, len(data)
    return lambda done, total: told(done, total or rows)


def rejected(rejects: Sequence[Any]) -> RejectedError:
    """The exception of an all-or-nothing ingestion; it names the first refused row."""
    first = rejects[0]
    error = RejectedError(
        f"{len(rejects)} {'row was' if len(rejects) == 1 else 'rows were'} refused, and nothing went in; the first: "
        f'{first.table}, row {first.row}, field {first.field}, value "{first.value}": {first.reason}',
        table=first.table or None,
        row=first.row or None,
        field=first.field or None,
        value=first.value or None,
        reason=first.reason or None,
    )
    error.rejects = rejects
    return error


def _zone_path(given: str | os.PathLike[str] | None) -> str | None:
    """The folder of zone files; where the system has none, that of the package tzdata, if it is there."""
    if given is not None:
        return os.fspath(given)
    if not os.path.isdir("/usr/share/zoneinfo"):
        with contextlib.suppress(ImportError):
            import tzdata

            return os.path.join(os.path.dirname(tzdata.__file__), "zoneinfo")
    return None


PathLike = Union[str, "os.PathLike[str]"]


def open(
    path: PathLike | None = None,
    *,
    zone: Zone | None = None,
    week_start: str | None = None,
    currency: str | None = None,
    read_only: bool = False,
    create: bool = True,
    memory_limit: int | None = None,
    lock_timeout: float = 0.0,
    zone_path: PathLike | None = None,
    progress: bool | Progress | None = None,
) -> Store:
    """Opens the store in a file, or without a path one in memory alone.

    A file that is not there is created, unless ``create`` is false or the store is to be ``read_only``. ``zone``
    (default UTC), ``week_start`` (``"monday"``) and ``currency`` (USD) are those of a new store; an existing one keeps
    its own, and naming others is an error. ``memory_limit`` is in bytes. A file has one writer at a time, over all
    processes: another waits ``lock_timeout`` seconds (:class:`salesweek.LockedError`). Read-only stores take no lock
    and see what was committed when they were opened.

    >>> import salesweek
    >>> with salesweek.open(zone="Europe/Berlin", week_start="sunday") as store:
    ...     print(store)
    <salesweek.Store in memory: Europe/Berlin, weeks from sunday, USD, 0 commits>
    """
    file = None if path is None else os.fsdecode(path)
    if not 0 <= lock_timeout * 1000 <= UINT32:
        raise misused("lock_timeout", lock_timeout, f"was outside 0 to {UINT32 // 1000} seconds")
    flags = _raw.SWK_OPEN_READ_ONLY if read_only else _raw.SWK_OPEN_CREATE if create and file is not None else 0
    options = _raw.swk_store_options(
        size=ctypes.sizeof(_raw.swk_store_options),
        flags=flags,
        week_start=week_start_number(week_start),
        zone=encoded_zone(zone),
        currency=encoded(currency, "currency"),
        zone_path=encoded_path(_zone_path(zone_path)),
        memory_limit=whole(memory_limit, "memory_limit", UINT64),
        lock_timeout=round(lock_timeout * 1000),
        progress=_raw.swk_progress(PROGRESS),
    )
    handle = ctypes.c_void_p()
    with meter(progress, "open", "commits") as told:
        call(
            lib.swk_store_open,
            encoded_path(file),
            ctypes.byref(options),
            ctypes.byref(handle),
            progress=told,
        )
    return Store(Handle(handle.value or 0), file)
