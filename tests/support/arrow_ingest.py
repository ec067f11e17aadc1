# SPDX-License-Identifier: MIT
"""Into a store goes whatever has the Arrow PyCapsule interface: its stream, or its array."""

import ctypes
from ctypes import POINTER, byref, c_char_p, c_int64, c_size_t, c_uint64, c_void_p, sizeof

import library
from arrow_ctypes import NAMES, Array, Schema, Stream, capsule_pointer


class Counts(ctypes.Structure):
    _fields_ = [("size", c_size_t)] + [(name, c_uint64) for name in "accepted unchanged rejected commit".split()]


REJECT = ("table", "row", "field", "value", "reason")


def declare(c):
    """The signatures of the functions that this module calls."""
    tail = (POINTER(library.IngestOptions), POINTER(Counts), POINTER(c_void_p), POINTER(library.Error))
    c.swk_store_ingest.argtypes = (c_void_p, c_char_p, c_void_p, c_void_p, *tail)
    c.swk_store_ingest_stream.argtypes = (c_void_p, c_char_p, c_void_p, *tail)
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
