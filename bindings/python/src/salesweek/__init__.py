# SPDX-License-Identifier: MIT
"""Weekly sales reports from the records of a CRM: every number defined, exact, and with its uncertainty.

>>> import salesweek
>>> with salesweek.open() as store:                       # in memory; open("crm.swk") for a file
...     got = store.ingest("call", [
...         {"id": "c1", "at": "2026-11-02T09:30:00Z", "rep": "ada", "outcome": "answered"},
...         {"id": "c2", "at": "2026-11-03T10:00:00Z", "rep": "ada", "outcome": "voicemail"},
...     ])
...     result = store.report("calls", by=["rep"], now="2026-11-09")
>>> got.accepted
2
>>> for row in result:
...     print(row["week"], row["rep"], row["made"], row["answer_rate"])
2026-W45 ada 2 0.5
"""

from ._calls import Progress
from ._errors import (
    CallInterruptedError,
    ClosedError,
    CorruptError,
    ForkedError,
    FormatError,
    InvalidError,
    LimitError,
    LockedError,
    NotFoundError,
    OutOfMemoryError,
    ReadOnlyError,
    RejectedError,
    SalesweekError,
    StoreIOError,
    SumOverflowError,
    UsageError,
    ZoneError,
)
from ._files import FileReject, Imported, Map, Preset, import_file, presets, propose_map
from ._library import PATH as library_path
from ._library import VERSION as __version__
from ._result import Catalog, Result, catalog
from ._store import Ingested, Reject, Store, Table, open
from ._values import Instant, Values, Week, Zone

__all__ = [
    "CallInterruptedError",
    "Catalog",
    "ClosedError",
    "CorruptError",
    "FileReject",
    "ForkedError",
    "FormatError",
    "Imported",
    "Ingested",
    "Instant",
    "InvalidError",
    "LimitError",
    "LockedError",
    "Map",
    "NotFoundError",
    "OutOfMemoryError",
    "Preset",
    "Progress",
    "ReadOnlyError",
    "Reject",
    "RejectedError",
    "Result",
    "SalesweekError",
    "Store",
    "StoreIOError",
    "SumOverflowError",
    "Table",
    "UsageError",
    "Values",
    "Week",
    "Zone",
    "ZoneError",
    "__version__",
    "catalog",
    "import_file",
    "library_path",
    "open",
    "presets",
    "propose_map",
]

# Messages and help name what is public where it is to be found.
for _name in __all__:
    if isinstance(globals()[_name], type):
        globals()[_name].__module__ = __name__
