# SPDX-License-Identifier: MIT
"""Files of records into a store: a CRM's own CSV through a map or a preset, CSV named as the fields, JSON lines."""

from __future__ import annotations

import builtins
import contextlib
import ctypes
import json
import os
import pathlib
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO, NamedTuple, Union

from . import _html, _raw
from ._calls import Progress, Waiting, call
from ._errors import RejectedError, SalesweekError, UsageError, decoded
from ._library import address, lib
from ._progress import meter
from ._result import written
from ._store import PROGRESS, PathLike, Store, rejected
from ._values import UINT64, Instant, Zone, encoded, encoded_zone, instant, named, whole

CHUNK = 1 << 20
# The context of the file's own progress, in bytes; the store's, in rows, comes with none.
SOURCE = 1

# A map as docs/metrics.md has it: an object, a list of them, its JSON text, or the path of a file.
Map = Union[Mapping[str, Any], Sequence[Mapping[str, Any]], str, bytes]


class FileReject(NamedTuple):
    """A refused row of a file: the line on which it begins, the heading of its column, and the row as it stands."""

    table: str
    row: int
    field: str
    value: str
    reason: str
    column: str
    raw: str


class Imported:
    """What came of a file: ``accepted``, ``unchanged`` and ``rejected`` rows, those that no map wanted (``skipped``),
    and ``rejects``, which tells of each refused row its line, field, value, reason and text."""

    def __init__(self, counts: _raw.swi_counts, rejects: list[FileReject]) -> None:
        self.accepted: int = counts.accepted
        self.unchanged: int = counts.unchanged
        self.rejected: int = counts.rejected
        self.skipped: int = counts.skipped
        self.rejects = rejects

    def __repr__(self) -> str:
        return (
            f"<salesweek.Imported: accepted {self.accepted}, unchanged {self.unchanged}, rejected {self.rejected}, "
            f"skipped {self.skipped}>"
        )

    def _repr_html_(self) -> str:
        rows = (reject._asdict() for reject in self.rejects)
        return _html.table(FileReject._fields, rows, len(self.rejects), repr(self).strip("<>"))


class Preset(NamedTuple):
    """A map for the exports of one CRM, which ships with the library."""

    name: str
    table: str
    file: str
    source: str
    map: Any
    tested: bool


class _Reading:
    """One import under way: what C calls, and what it tells."""

    def __init__(self, file: BinaryIO) -> None:
        self.rejects: list[FileReject] = []
        self._file, self._chunk = file, b""
        self._waiting = [Waiting(self._fill), Waiting(self._take)]
        fill, take = (address(each.function) for each in self._waiting)
        self.reader = _raw.swp_reader(fill=fill)
        self.listener = _raw.swp_listener(take=take)

    def _fill(self) -> None:
        chunk = self._file.read(CHUNK)
        if not isinstance(chunk, (bytes, bytearray)):
            raise TypeError("the file is read as bytes: open it with mode 'rb'")
        self._chunk = bytes(chunk)
        self.reader.bytes, self.reader.length = self._chunk, len(self._chunk)

    def _take(self) -> None:
        if self.listener.warning:
            text, self.listener.warning = decoded(self.listener.warning), None
            warnings.warn(text, stacklevel=7)
            return
        told = self.listener.rejection.contents
        error = told.error.contents
        self.rejects.append(
            FileReject(
                decoded(error.table),
                error.row,
                decoded(error.field),
                decoded(error.value),
                decoded(error.reason),
                decoded(told.column or b""),
                decoded(ctypes.string_at(told.raw, told.raw_length)),
            )
        )

    def raise_kept(self, cause: BaseException | None = None) -> None:
        """What the file or a warning raised, which C has only been told of as a failure, the `cause`."""
        try:
            for waiting in self._waiting:
                waiting.raise_kept()
        except BaseException as kept:
            raise kept from cause

    def close(self) -> None:
        for waiting in self._waiting:
            waiting.close()


@contextlib.contextmanager
def _opened(path: PathLike | BinaryIO) -> Iterator[tuple[BinaryIO, int, str | None]]:
    """The file, its size (0: unknown) and its name, if it has one."""
    if isinstance(path, (str, os.PathLike)):
        with builtins.open(path, "rb") as file:
            yield file, os.fstat(file.fileno()).st_size, os.fsdecode(path)
    else:
        name = getattr(path, "name", None)
        yield path, 0, None if name is None else str(name)


def _preset(name: str, table: str | None) -> _raw.swi_preset:
    found = _raw.swi_preset(size=ctypes.sizeof(_raw.swi_preset))
    call(lib.swi_preset_find, encoded(name), encoded(table or ""), ctypes.byref(found))
    return found


def presets() -> list[Preset]:
    """The maps that ship with the library.

    >>> import salesweek
    >>> sorted({preset.name for preset in salesweek.presets()})
    ['hubspot', 'pipedrive', 'salesforce', 'zoho']
    """
    found = []
    for at in range(lib.swi_preset_count()):
        preset = _raw.swi_preset(size=ctypes.sizeof(_raw.swi_preset))
        call(lib.swi_preset_get, at, ctypes.byref(preset))
        texts = (preset.name, preset.table, preset.file, preset.source)
        name, table, file, source = (text.decode() for text in texts)
        found.append(Preset(name, table, file, source, json.loads(preset.map), bool(preset.tested)))
    return found


def propose_map(
    path: PathLike | BinaryIO, *, table: str | None = None, rows: int | None = None
) -> dict[str, Any]:
    """Looks at the heading and the first ``rows`` (100) of a CSV file and proposes a map for :func:`import_file`:
    table, encoding, delimiter, columns, forms of dates and numbers, values. What it cannot know it takes as is
    likeliest, and warns of: look it through. ``table`` says what the file holds, where its heading and name do not.

    >>> import io, salesweek, warnings
    >>> file = io.BytesIO(b"Call ID;Start time;Owner\\n7;02.11.2026 09:30;Ada\\n8;13.11.2026 10:00;Bo\\n")
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")
    ...     proposed = salesweek.propose_map(file, table="call")
    >>> proposed["table"], proposed["fields"]["id"]
    ('call', 'Call ID')
    """
    with _opened(path) as (file, _size, name):
        reading = _Reading(file)
        options = _raw.swi_propose_options(
            size=ctypes.sizeof(_raw.swi_propose_options),
            table=encoded(table, "table"),
            name=os.path.basename(name or "file").encode("utf-8", "replace"),
            rows=whole(rows, "rows", UINT64),
            note=_raw.swi_warn(address(lib.swp_warn)),
            note_context=ctypes.addressof(reading.listener),
        )
        read = (_raw.swi_read(address(lib.swp_read)), ctypes.addressof(reading.reader), ctypes.byref(options))
        try:
            text = written(lib.swi_map_propose, *read)
        except SalesweekError as error:
            reading.raise_kept(error)
            _locate(error, name)
            raise
        else:
            reading.raise_kept()
        finally:
            reading.close()
    proposed: dict[str, Any] = json.loads(text)
    return proposed


def _map_text(given: Map | os.PathLike[str]) -> bytes:
    """A text that does not begin as JSON is a path."""
    if isinstance(given, os.PathLike) or (isinstance(given, str) and given.lstrip()[:1] not in ("{", "[")):
        return pathlib.Path(given).read_bytes()
    if isinstance(given, bytes):
        return given
    return given.encode() if isinstance(given, str) else json.dumps(given).encode()


def _options(
    table: str | None, map: Map | os.PathLike[str] | None, preset: str | None, zone: Zone | None
) -> _raw.swi_options:
    """What the file is; a preset is a map."""
    if map is not None and (preset is not None or table is not None):
        raise TypeError("map= goes with neither preset= nor table=")
    options = _raw.swi_options(size=ctypes.sizeof(_raw.swi_options), zone=encoded_zone(zone))
    if preset is not None:
        found = _preset(preset, table)
        options.map, options.map_length = found.map, found.map_length
    elif map is not None:
        text = _map_text(map)
        options.map, options.map_length = text, len(text)
    else:
        options.table = encoded(table)
    return options


def import_file(
    store: Store,
    path: PathLike | BinaryIO,
    *,
    map: Map | os.PathLike[str] | None = None,
    preset: str | None = None,
    table: str | None = None,
    zone: Zone | None = None,
    recorded_at: Instant | None = None,
    strict: bool = False,
    ignore_unknown: bool = False,
    batch_rows: int | None = None,
    progress: bool | Progress | None = None,
) -> Imported:
    """Imports a file, or a file object that gives bytes, as ``salesweek import`` does.

    With ``map`` it is a CRM's own CSV: a map as docs/metrics.md has it, a dict or a list of them, JSON text or the path
    of such a file; :func:`salesweek.propose_map` writes a first one. ``preset`` names a
    map that ships with the library (:func:`salesweek.presets`), for the kind of records that ``table`` says. With
    ``table`` alone it is CSV whose heading names the fields; with none of these it is JSON lines.

    The file is read as a stream and committed every ``batch_rows`` rows (50,000): when it fails or is interrupted, what
    was committed before stays, and the exception's ``imported`` says how much. With ``strict`` it is one commit, and
    none when a row is refused. ``zone`` is that of texts with a local time, ``recorded_at`` the stamp of the first row
    without one. What is allowed but unwise is a warning.

    >>> import io, salesweek
    >>> file = io.BytesIO(b"Nr;Wann\\n7;02.11.2026 09:30\\n8;gestern\\n")
    >>> fields = {"id": "Nr", "at": {"column": "Wann", "date": "%d.%m.%Y %H:%M"}}
    >>> with salesweek.open() as store:
    ...     done = salesweek.import_file(store, file, map={"table": "call", "fields": fields}, zone="Europe/Berlin")
    >>> done
    <salesweek.Imported: accepted 1, unchanged 0, rejected 1, skipped 0>
    >>> done.rejects[0].row, done.rejects[0].column, done.rejects[0].raw
    (3, 'Wann', '8;gestern')
    """
    if not isinstance(store, Store):
        raise TypeError(f"import_file takes a store and then a file, not {type(store).__name__} first")
    options = _options(table, map, preset, zone)
    options.strict, options.ignore_unknown = strict, ignore_unknown
    options.batch_rows = whole(batch_rows, "batch_rows", UINT64)
    with _opened(path) as (file, size, name), store._write() as pointer, meter(progress, name or "file", "B") as told:
        options.recorded_at = instant(pointer, recorded_at, zone, "recorded_at")
        options.source_size = size
        options.progress, options.progress_context = _raw.swk_progress(PROGRESS), SOURCE
        try:
            return _import(pointer, file, options, told)
        except SalesweekError as error:
            _locate(error, name)
            _explain(error, table, store)
            raise


def _locate(error: SalesweekError, file: str | None) -> None:
    """Names the file, where it has a name."""
    if file is not None:
        error.file, error.message = file, f"{file}: {error.message}"


def _explain(error: SalesweekError, table: str | None, store: Store) -> None:
    """Names the table that was asked for; of an unknown one it is said which there are."""
    error.table = error.table or table
    if isinstance(error, UsageError) and table is not None and table not in store.tables():
        error.field, error.value = "table", table
        error._suggest(table, store.tables())


def _import(store: int, file: BinaryIO, options: _raw.swi_options, progress: Progress | None) -> Imported:
    reading = _Reading(file)
    listener = ctypes.addressof(reading.listener)
    options.reject, options.reject_context = _raw.swi_reject(address(lib.swp_reject)), listener
    options.warn, options.warn_context = _raw.swi_warn(address(lib.swp_warn)), listener
    counts = _raw.swi_counts(size=ctypes.sizeof(_raw.swi_counts))
    try:
        call(
            lib.swi_import,
            store,
            _raw.swi_read(address(lib.swp_read)),
            ctypes.addressof(reading.reader),
            ctypes.byref(options),
            ctypes.byref(counts),
            progress=progress,
            source=SOURCE,
        )
        reading.raise_kept()
    except BaseException as error:
        done = Imported(counts, reading.rejects)
        if isinstance(error, RejectedError) and reading.rejects:
            told = rejected(reading.rejects)
            told.imported = done  # type: ignore[attr-defined]
            raise told from None
        try:
            if isinstance(error, SalesweekError):
                reading.raise_kept(error)
        except BaseException as kept:
            kept.imported = done  # type: ignore[attr-defined]
            raise
        error.imported = done  # type: ignore[attr-defined]
        raise
    finally:
        reading.close()
    return Imported(counts, reading.rejects)
