# SPDX-License-Identifier: MIT
"""Arrow through capsules, in both directions, by ctypes alone (https://arrow.apache.org/docs/format/CDataInterface/
PyCapsuleInterface.html). The destructors of capsules are in C (native/capsule.c), so they work at any time, also when
Python ends."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import _raw
from ._errors import InvalidError, OutOfMemoryError, SalesweekError
from ._library import address, quick

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

_new = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)(
    ("PyCapsule_New", ctypes.pythonapi)
)
_pointer = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.c_char_p)(
    ("PyCapsule_GetPointer", ctypes.pythonapi)
)

quick.swp_capsule_setup(
    _raw.swp_get_pointer(address(ctypes.pythonapi.PyCapsule_GetPointer)),
    _raw.swp_is_valid(address(ctypes.pythonapi.PyCapsule_IsValid)),
)


class Kind:
    """One of the three structs: the name of its capsules, and how they are made."""

    def __init__(self, name: bytes, create: Callable[[], int | None], destroy: object) -> None:
        self.name, self._create, self._destroy = name, create, address(destroy)
        # A capsule points to its name for as long as it lives, which may be longer than this module does.
        self._room = ctypes.create_string_buffer(name)
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._room))

    def capsule(self) -> tuple[Any, int]:
        """An empty capsule, and where C is to fill it."""
        pointer = self._create()
        if pointer is None:
            raise OutOfMemoryError("memory could not be allocated")
        return _new(pointer, ctypes.addressof(self._room), self._destroy), pointer

    def pointer(self, capsule: object) -> int:
        """What a capsule of another producer holds; it stays the capsule's."""
        return int(_pointer(capsule, self.name))


SCHEMA = Kind(b"arrow_schema", quick.swp_schema_create, quick.swp_schema_destroy)
ARRAY = Kind(b"arrow_array", quick.swp_array_create, quick.swp_array_destroy)
STREAM = Kind(b"arrow_array_stream", quick.swp_stream_create, quick.swp_stream_destroy)


_GET_SCHEMA = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
_LAST_ERROR = ctypes.CFUNCTYPE(ctypes.c_char_p, ctypes.c_void_p)


def last_error(stream: int) -> str:
    """What a stream that has just failed says; an error of the library has room for its beginning alone."""
    struct = _raw.ArrowArrayStream.from_address(stream)
    if not struct.get_last_error:
        return ""
    said = _LAST_ERROR(struct.get_last_error)(stream)
    return said.decode("utf-8", "replace") if said else ""


def struct_names(schema: _raw.ArrowSchema) -> list[str]:
    """The names of a struct's children."""
    children = (ctypes.c_void_p * schema.n_children).from_address(schema.children or 0) if schema.n_children else ()
    return [_raw.ArrowSchema.from_address(child).name.decode() for child in children]


def stream_names(capsule: object) -> list[str]:
    """The names of a stream's columns."""
    stream = STREAM.pointer(capsule)
    held, schema = SCHEMA.capsule()
    struct = _raw.ArrowArrayStream.from_address(stream)
    if _GET_SCHEMA(struct.get_schema)(stream, schema):
        return []
    names = struct_names(_raw.ArrowSchema.from_address(schema))
    del held  # it releases the schema
    return names


def offered(data: Any, table: str) -> tuple[Any, Any]:
    """What data hands over: a stream's capsule and None, or those of a schema and an array. A producer may fail at it,
    as pandas does at columns of mixed types."""
    try:
        if hasattr(data, "__arrow_c_stream__"):
            return data.__arrow_c_stream__(), None
        schema, array = data.__arrow_c_array__()
        return schema, array
    except SalesweekError:
        raise
    except Exception as error:
        field, said = _unoffered(data), "; ".join(map(str, error.args))
        reason = (
            f"{type(data).__name__} could not hand it over as Arrow ({said}); where types are mixed, cast the column, "
            "or give rows as dicts, as by .to_dict('records'), to have them refused one by one"
        )
        where = f"{table}, field {field}" if field else table
        raise InvalidError(f"{where}: {reason}", table=table, field=field, reason=reason) from error


def _unoffered(data: Any) -> str | None:
    """The first column of a frame that fails by itself."""
    for name in list(getattr(data, "columns", ())):
        try:
            data[[name]].__arrow_c_stream__()
        except Exception:
            return str(name)
    return None


def is_arrow(data: object) -> bool:
    """Whether it can hand itself over as Arrow."""
    return hasattr(data, "__arrow_c_stream__") or hasattr(data, "__arrow_c_array__")


class ArrowTable:
    """What can be read as Arrow. Subclasses have ``__arrow_c_stream__``."""

    if TYPE_CHECKING:

        def __arrow_c_stream__(self, requested_schema: object = None) -> object: ...

    def to_arrow(self) -> pyarrow.Table:
        """As a ``pyarrow.Table``, numbers without a copy. Texts that repeat are dictionaries."""
        import pyarrow

        return pyarrow.table(self)

    def to_pandas(self, **options: Any) -> pandas.DataFrame:
        """As a ``pandas.DataFrame`` (pyarrow is needed too). Texts are ``str``, dates datetimes, amounts ``Decimal``;
        counts where some are not known are floats. ``options`` are those of ``pyarrow.Table.to_pandas``, such as
        ``types_mapper=pandas.ArrowDtype``, which keeps every type."""
        import pyarrow

        table = self.to_arrow()
        plain = [
            field.with_type(field.type.value_type) if pyarrow.types.is_dictionary(field.type) else field
            for field in table.schema
        ]
        options.setdefault("date_as_object", False)
        return table.cast(pyarrow.schema(plain)).to_pandas(**options)

    def to_polars(self) -> polars.DataFrame:
        """As a ``polars.DataFrame``; texts are ``String``."""
        import polars
        import polars.selectors

        return polars.DataFrame(self).with_columns(polars.selectors.categorical().cast(polars.String))


def requested(schema: object) -> None:
    """A consumer may ask for other types. These have one representation each, which the protocol lets a producer keep;
    what was asked for must be a schema, though."""
    if schema is not None:
        SCHEMA.pointer(schema)
