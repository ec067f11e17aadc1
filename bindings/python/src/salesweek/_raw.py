# SPDX-License-Identifier: MIT
"""The C interface as ctypes sees it. Made by bindings/describe.py; not edited."""

import ctypes
from typing import Any

# fmt: off

SWK_API_VERSION = 0
ARROW_FLAG_DICTIONARY_ORDERED = 1
ARROW_FLAG_NULLABLE = 2
ARROW_FLAG_MAP_KEYS_SORTED = 4
SWI_LINE_MAX = 1048576
SWI_MAP_MAX = 1048576
SWK_OK = 0
SWK_ERR_USAGE = -1
SWK_ERR_INVALID = -2
SWK_ERR_REJECTED = -3
SWK_ERR_MEMORY = -4
SWK_ERR_LIMIT = -5
SWK_ERR_IO = -6
SWK_ERR_CORRUPT = -7
SWK_ERR_FORMAT = -8
SWK_ERR_LOCKED = -9
SWK_ERR_READ_ONLY = -10
SWK_ERR_ZONE = -11
SWK_ERR_INTERRUPTED = -12
SWK_ERR_FORKED = -13
SWK_ERR_OVERFLOW = -14
SWK_ERR_NOT_FOUND = -15
SWK_MONDAY = 1
SWK_TUESDAY = 2
SWK_WEDNESDAY = 3
SWK_THURSDAY = 4
SWK_FRIDAY = 5
SWK_SATURDAY = 6
SWK_SUNDAY = 7
SWK_OPEN_CREATE = 1
SWK_OPEN_READ_ONLY = 2
SWK_QUERY_TOTAL = 1
SWK_QUERY_FILL = 2
SWK_QUERY_PREVIOUS = 4
SWK_TYPE_TEXT = 1
SWK_TYPE_DATE = 2
SWK_TYPE_BOOL = 3
SWK_TYPE_INT = 4
SWK_TYPE_REAL = 5
SWK_TYPE_AMOUNT = 6
SWK_FORMAT_CSV = 1
SWK_FORMAT_JSON = 2
SWK_FORMAT_TABLE = 3
SWK_EXPORT_VERSIONS = 1

swk_clock = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p)
swk_progress = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint64)
swk_write = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)
swi_read = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)
swi_reject = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
swi_warn = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)
swp_get_pointer = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
swp_is_valid = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)


class swk_error(ctypes.Structure):
    _fields_ = [
        ("size", ctypes.c_size_t),
        ("code", ctypes.c_int),
        ("table", ctypes.c_char * 16),
        ("row", ctypes.c_int64),
        ("field", ctypes.c_char * 32),
        ("value", ctypes.c_char * 96),
        ("reason", ctypes.c_char * 160),
    ]


class swk_allocator(ctypes.Structure):
    _fields_ = [
        ("alloc", ctypes.c_void_p),
        ("resize", ctypes.c_void_p),
        ("free", ctypes.c_void_p),
        ("context", ctypes.c_void_p),
    ]


class ArrowSchema(ctypes.Structure):
    _fields_ = [
        ("format", ctypes.c_char_p),
        ("name", ctypes.c_char_p),
        ("metadata", ctypes.c_char_p),
        ("flags", ctypes.c_int64),
        ("n_children", ctypes.c_int64),
        ("children", ctypes.c_void_p),
        ("dictionary", ctypes.c_void_p),
        ("release", ctypes.c_void_p),
        ("private_data", ctypes.c_void_p),
    ]


class ArrowArray(ctypes.Structure):
    _fields_ = [
        ("length", ctypes.c_int64),
        ("null_count", ctypes.c_int64),
        ("offset", ctypes.c_int64),
        ("n_buffers", ctypes.c_int64),
        ("n_children", ctypes.c_int64),
        ("buffers", ctypes.POINTER(ctypes.c_void_p)),
        ("children", ctypes.c_void_p),
        ("dictionary", ctypes.c_void_p),
        ("release", ctypes.c_void_p),
        ("private_data", ctypes.c_void_p),
    ]


class ArrowArrayStream(ctypes.Structure):
    _fields_ = [
        ("get_schema", ctypes.c_void_p),
        ("get_next", ctypes.c_void_p),
        ("get_last_error", ctypes.c_void_p),
        ("release", ctypes.c_void_p),
        ("private_data", ctypes.c_void_p),
    ]


class swk_store_options(ctypes.Structure):
    _fields_ = [
        ("size", ctypes.c_size_t),
        ("flags", ctypes.c_uint32),
        ("week_start", ctypes.c_int32),
        ("zone", ctypes.c_char_p),
        ("currency", ctypes.c_char_p),
        ("zone_path", ctypes.c_char_p),
        ("memory_limit", ctypes.c_uint64),
        ("lock_timeout", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32),
        ("allocator", ctypes.POINTER(swk_allocator)),
        ("clock", swk_clock),
        ("clock_context", ctypes.c_void_p),
        ("progress", swk_progress),
        ("progress_context", ctypes.c_void_p),
    ]


class swk_batch_options(ctypes.Structure):
    _fields_ = [
        ("size", ctypes.c_size_t),
        ("zone", ctypes.c_char_p),
        ("ignore_unknown", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32),
    ]


class swk_ingest_options(ctypes.Structure):
    _fields_ = [
        ("size", ctypes.c_size_t),
        ("strict", ctypes.c_uint32),
        ("ignore_unknown", ctypes.c_uint32),
        ("recorded_at", ctypes.c_int64),
        ("zone", ctypes.c_char_p),
        ("threads", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32),
    ]


class swk_ingest_counts(ctypes.Structure):
    _fields_ = [
        ("size", ctypes.c_size_t),
        ("accepted", ctypes.c_uint64),
        ("unchanged", ctypes.c_uint64),
        ("rejected", ctypes.c_uint64),
        ("commit", ctypes.c_uint64),
    ]


class swk_filter(ctypes.Structure):
    _fields_ = [
        ("dimension", ctypes.c_char_p),
        ("value", ctypes.c_char_p),
    ]


class swk_option(ctypes.Structure):
    _fields_ = [
        ("name", ctypes.c_char_p),
        ("value", ctypes.c_char_p),
    ]


class swk_query(ctypes.Structure):
    _fields_ = [
        ("size", ctypes.c_size_t),
        ("report", ctypes.c_char_p),
        ("by", ctypes.POINTER(ctypes.c_char_p)),
        ("by_count", ctypes.c_size_t),
        ("filters", ctypes.POINTER(swk_filter)),
        ("filter_count", ctypes.c_size_t),
        ("options", ctypes.POINTER(swk_option)),
        ("option_count", ctypes.c_size_t),
        ("from_", ctypes.c_char_p),
        ("to", ctypes.c_char_p),
        ("flags", ctypes.c_uint32),
        ("week_start", ctypes.c_int32),
        ("zone", ctypes.c_char_p),
        ("now", ctypes.c_int64),
        ("as_of", ctypes.c_int64),
        ("at_commit", ctypes.c_uint64),
        ("currency", ctypes.c_char_p),
        ("progress", swk_progress),
        ("progress_context", ctypes.c_void_p),
        ("threads", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32),
    ]


class swk_export_options(ctypes.Structure):
    _fields_ = [
        ("size", ctypes.c_size_t),
        ("flags", ctypes.c_uint32),
        ("batch_rows", ctypes.c_uint32),
        ("as_of", ctypes.c_int64),
        ("at_commit", ctypes.c_uint64),
    ]


class swi_rejection(ctypes.Structure):
    _fields_ = [
        ("size", ctypes.c_size_t),
        ("error", ctypes.POINTER(swk_error)),
        ("column", ctypes.c_char_p),
        ("raw", ctypes.c_char_p),
        ("raw_length", ctypes.c_size_t),
    ]


class swi_options(ctypes.Structure):
    _fields_ = [
        ("size", ctypes.c_size_t),
        ("table", ctypes.c_char_p),
        ("map", ctypes.c_char_p),
        ("map_length", ctypes.c_size_t),
        ("zone", ctypes.c_char_p),
        ("recorded_at", ctypes.c_int64),
        ("strict", ctypes.c_uint32),
        ("ignore_unknown", ctypes.c_uint32),
        ("batch_rows", ctypes.c_uint64),
        ("source_size", ctypes.c_uint64),
        ("reject", swi_reject),
        ("reject_context", ctypes.c_void_p),
        ("warn", swi_warn),
        ("warn_context", ctypes.c_void_p),
        ("progress", swk_progress),
        ("progress_context", ctypes.c_void_p),
    ]


class swi_counts(ctypes.Structure):
    _fields_ = [
        ("size", ctypes.c_size_t),
        ("accepted", ctypes.c_uint64),
        ("unchanged", ctypes.c_uint64),
        ("rejected", ctypes.c_uint64),
        ("skipped", ctypes.c_uint64),
    ]


class swi_propose_options(ctypes.Structure):
    _fields_ = [
        ("size", ctypes.c_size_t),
        ("table", ctypes.c_char_p),
        ("name", ctypes.c_char_p),
        ("rows", ctypes.c_uint64),
        ("note", swi_warn),
        ("note_context", ctypes.c_void_p),
    ]


class swi_preset(ctypes.Structure):
    _fields_ = [
        ("size", ctypes.c_size_t),
        ("name", ctypes.c_char_p),
        ("table", ctypes.c_char_p),
        ("file", ctypes.c_char_p),
        ("source", ctypes.c_char_p),
        ("map", ctypes.c_char_p),
        ("map_length", ctypes.c_size_t),
        ("tested", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32),
    ]


class swp_watch(ctypes.Structure):
    _fields_ = [
        ("tick", ctypes.c_void_p),
        ("source", ctypes.c_void_p),
        ("done", ctypes.c_uint64),
        ("total", ctypes.c_uint64),
        ("next", ctypes.c_int64),
        ("stop", ctypes.c_int),
    ]


class swp_reader(ctypes.Structure):
    _fields_ = [
        ("fill", ctypes.c_void_p),
        ("bytes", ctypes.c_char_p),
        ("length", ctypes.c_size_t),
        ("at", ctypes.c_size_t),
    ]


class swp_listener(ctypes.Structure):
    _fields_ = [
        ("take", ctypes.c_void_p),
        ("rejection", ctypes.POINTER(swi_rejection)),
        ("warning", ctypes.c_char_p),
    ]


class Functions:
    """The functions of a loaded library, with their types."""

    def __init__(self, library: ctypes.CDLL) -> None:
        def bind(name: str, result: Any, *arguments: Any) -> Any:
            function = library[name]
            function.restype, function.argtypes = result, arguments
            return function

        self.swk_api_version = bind("swk_api_version", ctypes.c_int)
        self.swk_version = bind("swk_version", ctypes.c_char_p)
        self.swk_code_name = bind("swk_code_name", ctypes.c_char_p, ctypes.c_int)
        self.swk_error_format = bind(
            "swk_error_format",
            ctypes.c_size_t,
            ctypes.POINTER(swk_error),
            ctypes.c_char_p,
            ctypes.c_size_t,
        )
        self.swk_store_open = bind(
            "swk_store_open",
            ctypes.c_int,
            ctypes.c_char_p,
            ctypes.POINTER(swk_store_options),
            ctypes.POINTER(ctypes.c_void_p),
            ctypes.POINTER(swk_error),
        )
        self.swk_store_close = bind("swk_store_close", None, ctypes.c_void_p)
        self.swk_store_interrupt = bind("swk_store_interrupt", None, ctypes.c_void_p)
        self.swk_store_instant_parse = bind(
            "swk_store_instant_parse",
            ctypes.c_int,
            ctypes.c_void_p,
            ctypes.c_char_p,
            ctypes.c_char_p,
            ctypes.POINTER(ctypes.c_int64),
            ctypes.POINTER(swk_error),
        )
        self.swk_batch_create = bind(
            "swk_batch_create",
            ctypes.c_int,
            ctypes.c_void_p,
            ctypes.POINTER(swk_batch_options),
            ctypes.POINTER(ctypes.c_void_p),
            ctypes.POINTER(swk_error),
        )
        self.swk_batch_free = bind("swk_batch_free", None, ctypes.c_void_p)
        self.swk_batch_clear = bind("swk_batch_clear", None, ctypes.c_void_p)
        self.swk_batch_row = bind("swk_batch_row", ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int64)
        self.swk_batch_text = bind(
            "swk_batch_text",
            ctypes.c_int,
            ctypes.c_void_p,
            ctypes.c_char_p,
            ctypes.c_char_p,
            ctypes.c_size_t,
        )
        self.swk_batch_parse = bind(
            "swk_batch_parse",
            ctypes.c_int,
            ctypes.c_void_p,
            ctypes.c_char_p,
            ctypes.c_char_p,
            ctypes.c_size_t,
        )
        self.swk_batch_int = bind("swk_batch_int", ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int64)
        self.swk_batch_real = bind("swk_batch_real", ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_double)
        self.swk_batch_bool = bind("swk_batch_bool", ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int)
        self.swk_batch_instant = bind(
            "swk_batch_instant",
            ctypes.c_int,
            ctypes.c_void_p,
            ctypes.c_char_p,
            ctypes.c_int64,
        )
        self.swk_batch_date = bind("swk_batch_date", ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int32)
        self.swk_batch_refuse = bind(
            "swk_batch_refuse",
            ctypes.c_int,
            ctypes.c_void_p,
            ctypes.c_char_p,
            ctypes.c_char_p,
            ctypes.c_size_t,
            ctypes.c_char_p,
        )
        self.swk_batch_end = bind("swk_batch_end", ctypes.c_int, ctypes.c_void_p, ctypes.POINTER(swk_error))
        self.swk_batch_rows = bind("swk_batch_rows", ctypes.c_size_t, ctypes.c_void_p)
        self.swk_batch_rejects = bind("swk_batch_rejects", ctypes.c_size_t, ctypes.c_void_p)
        self.swk_batch_reject = bind(
            "swk_batch_reject",
            ctypes.c_int,
            ctypes.c_void_p,
            ctypes.c_size_t,
            ctypes.POINTER(swk_error),
        )
        self.swk_store_ingest_batch = bind(
            "swk_store_ingest_batch",
            ctypes.c_int,
            ctypes.c_void_p,
            ctypes.c_void_p,
            ctypes.POINTER(swk_ingest_options),
            ctypes.POINTER(swk_ingest_counts),
            ctypes.POINTER(swk_error),
        )
        self.swk_store_ingest = bind(
            "swk_store_ingest",
            ctypes.c_int,
            ctypes.c_void_p,
            ctypes.c_char_p,
            ctypes.c_void_p,
            ctypes.c_void_p,
            ctypes.POINTER(swk_ingest_options),
            ctypes.POINTER(swk_ingest_counts),
            ctypes.POINTER(ctypes.c_void_p),
            ctypes.POINTER(swk_error),
        )
        self.swk_store_ingest_stream = bind(
            "swk_store_ingest_stream",
            ctypes.c_int,
            ctypes.c_void_p,
            ctypes.c_char_p,
            ctypes.c_void_p,
            ctypes.POINTER(swk_ingest_options),
            ctypes.POINTER(swk_ingest_counts),
            ctypes.POINTER(ctypes.c_void_p),
            ctypes.POINTER(swk_error),
        )
        self.swk_store_report = bind(
            "swk_store_report",
            ctypes.c_int,
            ctypes.c_void_p,
            ctypes.POINTER(swk_query),
            ctypes.POINTER(ctypes.c_void_p),
            ctypes.POINTER(swk_error),
        )
        self.swk_catalog = bind("swk_catalog", ctypes.c_int, ctypes.POINTER(ctypes.c_void_p), ctypes.POINTER(swk_error))
        self.swk_store_info = bind(
            "swk_store_info",
            ctypes.c_int,
            ctypes.c_void_p,
            ctypes.POINTER(ctypes.c_void_p),
            ctypes.POINTER(swk_error),
        )
        self.swk_store_audit = bind(
            "swk_store_audit",
            ctypes.c_int,
            ctypes.c_void_p,
            ctypes.c_int64,
            ctypes.POINTER(ctypes.c_void_p),
            ctypes.POINTER(swk_error),
        )
        self.swk_result_free = bind("swk_result_free", None, ctypes.c_void_p)
        self.swk_result_rows = bind("swk_result_rows", ctypes.c_size_t, ctypes.c_void_p)
        self.swk_result_columns = bind("swk_result_columns", ctypes.c_size_t, ctypes.c_void_p)
        self.swk_result_name = bind("swk_result_name", ctypes.c_char_p, ctypes.c_void_p, ctypes.c_size_t)
        self.swk_result_type = bind("swk_result_type", ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t)
        self.swk_result_find = bind("swk_result_find", ctypes.c_int64, ctypes.c_void_p, ctypes.c_char_p)
        self.swk_result_null = bind("swk_result_null", ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_size_t)
        self.swk_result_int = bind("swk_result_int", ctypes.c_int64, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_size_t)
        self.swk_result_real = bind(
            "swk_result_real",
            ctypes.c_double,
            ctypes.c_void_p,
            ctypes.c_size_t,
            ctypes.c_size_t,
        )
        self.swk_result_amount = bind(
            "swk_result_amount",
            ctypes.c_int,
            ctypes.c_void_p,
            ctypes.c_size_t,
            ctypes.c_size_t,
            ctypes.POINTER(ctypes.c_int64),
            ctypes.POINTER(ctypes.c_uint),
        )
        self.swk_result_text = bind(
            "swk_result_text",
            ctypes.c_char_p,
            ctypes.c_void_p,
            ctypes.c_size_t,
            ctypes.c_size_t,
            ctypes.POINTER(ctypes.c_size_t),
        )
        self.swk_result_zone = bind("swk_result_zone", ctypes.c_char_p, ctypes.c_void_p)
        self.swk_result_week_start = bind("swk_result_week_start", ctypes.c_int, ctypes.c_void_p)
        self.swk_result_zone_fingerprint = bind("swk_result_zone_fingerprint", ctypes.c_uint64, ctypes.c_void_p)
        self.swk_result_now = bind("swk_result_now", ctypes.c_int64, ctypes.c_void_p)
        self.swk_result_commit = bind("swk_result_commit", ctypes.c_uint64, ctypes.c_void_p)
        self.swk_result_write = bind(
            "swk_result_write",
            ctypes.c_int,
            ctypes.c_void_p,
            ctypes.c_int,
            swk_write,
            ctypes.c_void_p,
            ctypes.POINTER(swk_error),
        )
        self.swk_result_arrow = bind(
            "swk_result_arrow",
            ctypes.c_int,
            ctypes.c_void_p,
            ctypes.c_void_p,
            ctypes.c_void_p,
            ctypes.POINTER(swk_error),
        )
        self.swk_result_stream = bind(
            "swk_result_stream",
            ctypes.c_int,
            ctypes.c_void_p,
            ctypes.c_void_p,
            ctypes.POINTER(swk_error),
        )
        self.swk_text_show = bind(
            "swk_text_show",
            ctypes.c_size_t,
            ctypes.c_char_p,
            ctypes.c_size_t,
            swk_write,
            ctypes.c_void_p,
        )
        self.swk_store_export = bind(
            "swk_store_export",
            ctypes.c_int,
            ctypes.c_void_p,
            ctypes.c_char_p,
            ctypes.POINTER(swk_export_options),
            ctypes.c_void_p,
            ctypes.POINTER(swk_error),
        )
        self.swi_import = bind(
            "swi_import",
            ctypes.c_int,
            ctypes.c_void_p,
            swi_read,
            ctypes.c_void_p,
            ctypes.POINTER(swi_options),
            ctypes.POINTER(swi_counts),
            ctypes.POINTER(swk_error),
        )
        self.swi_map_check = bind(
            "swi_map_check",
            ctypes.c_int,
            ctypes.c_char_p,
            ctypes.c_size_t,
            ctypes.POINTER(swk_error),
        )
        self.swi_map_propose = bind(
            "swi_map_propose",
            ctypes.c_int,
            swi_read,
            ctypes.c_void_p,
            ctypes.POINTER(swi_propose_options),
            swk_write,
            ctypes.c_void_p,
            ctypes.POINTER(swk_error),
        )
        self.swi_preset_count = bind("swi_preset_count", ctypes.c_size_t)
        self.swi_preset_get = bind(
            "swi_preset_get",
            ctypes.c_int,
            ctypes.c_size_t,
            ctypes.POINTER(swi_preset),
            ctypes.POINTER(swk_error),
        )
        self.swi_preset_find = bind(
            "swi_preset_find",
            ctypes.c_int,
            ctypes.c_char_p,
            ctypes.c_char_p,
            ctypes.POINTER(swi_preset),
            ctypes.POINTER(swk_error),
        )
        self.swp_watch_set = bind("swp_watch_set", ctypes.POINTER(swp_watch), ctypes.POINTER(swp_watch))
        self.swp_progress = bind("swp_progress", ctypes.c_int, ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint64)
        self.swp_read = bind("swp_read", ctypes.c_int64, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t)
        self.swp_reject = bind("swp_reject", ctypes.c_int, ctypes.c_void_p, ctypes.POINTER(swi_rejection))
        self.swp_warn = bind("swp_warn", None, ctypes.c_void_p, ctypes.c_char_p)
        self.swp_capsule_setup = bind("swp_capsule_setup", None, swp_get_pointer, swp_is_valid)
        self.swp_schema_create = bind("swp_schema_create", ctypes.c_void_p)
        self.swp_array_create = bind("swp_array_create", ctypes.c_void_p)
        self.swp_stream_create = bind("swp_stream_create", ctypes.c_void_p)
        self.swp_schema_destroy = bind("swp_schema_destroy", None, ctypes.c_void_p)
        self.swp_array_destroy = bind("swp_array_destroy", None, ctypes.c_void_p)
        self.swp_stream_destroy = bind("swp_stream_destroy", None, ctypes.c_void_p)
