# SPDX-License-Identifier: MIT
"""The structs of the Arrow C interfaces through ctypes, and what hands ours to libraries as PyCapsules."""

import ctypes
from ctypes import CFUNCTYPE, POINTER, c_char_p, c_int, c_int64, c_void_p, py_object


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
