# SPDX-License-Identifier: MIT
"""The Arrow C interfaces through ctypes: their structs, what hands ours to libraries as PyCapsules, and what takes in
whatever has an Arrow PyCapsule.
"""

import ctypes
from ctypes import (
    CFUNCTYPE,
    POINTER,
    byref,
    c_char_p,
    c_int,
    c_int64,
    c_size_t,
    c_uint32,
    c_uint64,
    c_void_p,
    py_object,
    sizeof,
)

import library


class Schema(ctypes.Structure):
    pass


class Array(ctypes.Structure):
    pass


class Stream(ctypes.Structure):
    pass


Schema._fields_ = [
    ("format", c_char_p),
    ("name", c_char_p),
    ("metadata", c_void_p),
    ("flags", c_int64),
    ("n_children", c_int64),
    ("children", POINTER(POINTER(Schema))),
    ("dictionary", POINTER(Schema)),
    ("release", CFUNCTYPE(None, POINTER(Schema))),
    ("private_data", c_void_p),
]
Array._fields_ = [
    ("length", c_int64),
    ("null_count", c_int64),
    ("offset", c_int64),
    ("n_buffers", c_int64),
    ("n_children", c_int64),
    ("buffers", POINTER(c_void_p)),
    ("children", POINTER(POINTER(Array))),
    ("dictionary", POINTER(Array)),
    ("release", CFUNCTYPE(None, POINTER(Array))),
    ("private_data", c_void_p),
]
Stream._fields_ = [
    ("get_schema", CFUNCTYPE(c_int, POINTER(Stream), POINTER(Schema))),
    ("get_next", CFUNCTYPE(c_int, POINTER(Stream), POINTER(Array))),
    ("get_last_error", CFUNCTYPE(c_char_p, POINTER(Stream))),
    ("release", CFUNCTYPE(None, POINTER(Stream))),
    ("private_data", c_void_p),
]
NAMES = {Schema: b"arrow_schema", Array: b"arrow_array", Stream: b"arrow_array_stream"}

capsule_new = ctypes.pythonapi.PyCapsule_New
capsule_new.restype, capsule_new.argtypes = py_object, [c_void_p, c_char_p, c_void_p]
capsule_pointer = ctypes.pythonapi.PyCapsule_GetPointer
capsule_pointer.restype, capsule_pointer.argtypes = c_void_p, [c_void_p, c_char_p]

held = {}  # what capsules that are alive point to, by its address


def destructor(kind):
    """Releases what nobody took."""

    def destroy(capsule):
        struct = held.pop(capsule_pointer(capsule, NAMES[kind]))
        if struct.release:
            struct.release(struct)

    return ctypes.PYFUNCTYPE(None, c_void_p)(destroy)


DESTRUCTORS = {kind: destructor(kind) for kind in NAMES}


def capsule(struct):
    """A capsule that owns what the struct holds."""
    address = ctypes.addressof(struct)
    held[address] = struct
    return capsule_new(address, NAMES[type(struct)], ctypes.cast(DESTRUCTORS[type(struct)], c_void_p))


class ArrayOut:
    """Arrays of ours, one for each consumer of the Arrow PyCapsule interface; `make` gives schema and array."""

    def __init__(self, make):
        self.make = make

    def __arrow_c_array__(self, requested_schema=None):
        return tuple(map(capsule, self.make()))


class StreamOut:
    """Streams of ours, one for each consumer."""

    def __init__(self, make):
        self.make = make

    def __arrow_c_stream__(self, requested_schema=None):
        return capsule(self.make())


class ExportOptions(ctypes.Structure):
    _fields_ = [
        ("size", c_size_t),
        ("flags", c_uint32),
        ("batch_rows", c_uint32),
        ("as_of", c_int64),
        ("at_commit", c_uint64),
    ]


def result_array(store, result):
    """A result as arrays; it must be there when one is taken."""

    def make():
        schema, array = Schema(), Array()
        declare(store.library.c)
        store.library.call("swk_result_arrow", result, byref(schema), byref(array))
        return schema, array

    return ArrayOut(make)


def result_stream(store, result):
    """A result as streams."""

    def make():
        stream = Stream()
        declare(store.library.c)
        store.library.call("swk_result_stream", result, byref(stream))
        return stream

    return StreamOut(make)


def export(store, table, versions=False, **options):
    """The records of a table as streams, each of the state there is when it is taken."""
    asked = ExportOptions(size=sizeof(ExportOptions), flags=int(versions), **options)

    def make():
        stream = Stream()
        declare(store.library.c)
        store.library.call("swk_store_export", store.handle, library.encoded(table), byref(asked), byref(stream))
        return stream

    return StreamOut(make)


class Counts(ctypes.Structure):
    _fields_ = [("size", c_size_t)] + [(name, c_uint64) for name in "accepted unchanged rejected commit".split()]


REJECT = ("table", "row", "field", "value", "reason")


def declare(c):
    """The signatures of the functions that this module calls."""
    tail = (POINTER(library.IngestOptions), POINTER(Counts), POINTER(c_void_p), POINTER(library.Error))
    c.swk_store_ingest.argtypes = (c_void_p, c_char_p, c_void_p, c_void_p, *tail)
    c.swk_store_ingest_stream.argtypes = (c_void_p, c_char_p, c_void_p, *tail)
    c.swk_store_export.argtypes = (c_void_p, c_char_p, POINTER(ExportOptions), POINTER(Stream), POINTER(library.Error))
    c.swk_result_arrow.argtypes = (c_void_p, POINTER(Schema), POINTER(Array), POINTER(library.Error))
    c.swk_result_stream.argtypes = (c_void_p, POINTER(Stream), POINTER(library.Error))
    c.swk_result_rows.argtypes, c.swk_result_rows.restype = [c_void_p], c_size_t
    c.swk_result_int.argtypes, c.swk_result_int.restype = [c_void_p, c_size_t, c_size_t], c_int64
    c.swk_result_text.argtypes = [c_void_p, c_size_t, c_size_t, POINTER(c_size_t)]
    c.swk_result_text.restype = c_char_p


def cell(c, result, row, column):
    if REJECT[column] == "row":
        return c.swk_result_int(result, row, column)
    return c.swk_result_text(result, row, column, None).decode()


def rejects_read(c, result):
    """A result of rejects as a list of tuples, and frees it."""
    rows = range(c.swk_result_rows(result))
    read = [tuple(cell(c, result, row, column) for column in range(len(REJECT))) for row in rows]
    c.swk_result_free(result)
    return read


def options_make(**options):
    made = library.IngestOptions(size=sizeof(library.IngestOptions))
    for name, value in options.items():
        setattr(made, name, library.encoded(value) if isinstance(value, str) else value)
    return made


def ingest(store, table, data, wants=("stream", "array"), **options):
    """Hands `data` over by its stream or as an array: the counts and the rejects. A refusal is library.Failure."""
    c, counts, rejects = store.library.c, Counts(size=sizeof(Counts)), c_void_p()
    declare(c)
    tail = (byref(options_make(**options)), byref(counts), byref(rejects))
    if "stream" in wants and hasattr(data, "__arrow_c_stream__"):
        held = data.__arrow_c_stream__()
        name, source = "swk_store_ingest_stream", (capsule_pointer(id(held), NAMES[Stream]),)
    else:
        held = data.__arrow_c_array__()
        name = "swk_store_ingest"
        source = (capsule_pointer(id(held[0]), NAMES[Schema]), capsule_pointer(id(held[1]), NAMES[Array]))
    try:
        store.library.call(name, store.handle, library.encoded(table), *source, *tail)
    except library.Failure as failure:
        failure.rejects = rejects_read(c, rejects) if rejects else []
        raise
    return counts, rejects_read(c, rejects)
