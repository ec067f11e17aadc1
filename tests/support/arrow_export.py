# SPDX-License-Identifier: MIT
"""Results and records of a store for whatever knows the Arrow PyCapsule interface."""

import ctypes
from ctypes import POINTER, byref, c_char_p, c_int64, c_size_t, c_uint32, c_uint64, c_void_p, sizeof

import library
from arrow_ctypes import Array, ArrayOut, Schema, Stream, StreamOut


def declare(c):
    """The signatures of the functions that this module calls."""
    c.swk_store_export.argtypes = (c_void_p, c_char_p, POINTER(ExportOptions), POINTER(Stream), POINTER(library.Error))
    c.swk_result_arrow.argtypes = (c_void_p, POINTER(Schema), POINTER(Array), POINTER(library.Error))
    c.swk_result_stream.argtypes = (c_void_p, POINTER(Stream), POINTER(library.Error))


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
