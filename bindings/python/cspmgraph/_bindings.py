"""Signatures, structs and constants of the C interface. Written by tools/generate.py from the public headers; do not edit."""
# ruff: noqa: E501
from __future__ import annotations

import ctypes
from ctypes import POINTER, c_char_p, c_double, c_int32, c_int64, c_size_t, c_uint8, c_uint32, c_uint64, c_void_p
from enum import IntEnum
from typing import Any, Callable

CSPM_OK = 0
CSPM_DONE = 1
CSPM_MORE = 2
CSPM_E_INVALID = -2
CSPM_E_NOMEM = -3
CSPM_E_IO = -4
CSPM_E_PARSE = -5
CSPM_E_LIMIT = -6
CSPM_E_CANCELLED = -7
CSPM_E_TIMEOUT = -8
CSPM_E_NOTFOUND = -9
CSPM_E_UNSUPPORTED = -10
CSPM_E_ABI = -11
CSPM_E_INTERNAL = -12
CSPM_E_QUERY = -13
CSPM_E_UNRECOGNISED = -14

CSPM_TRUNCATED_ROWS = 1
CSPM_TRUNCATED_WORK = 2
CSPM_TRUNCATED_TIME = 4
CSPM_TRUNCATED_MEMORY = 8

CSPM_PHASE_NONE = 0
CSPM_PHASE_READ = 1
CSPM_PHASE_FREEZE = 2
CSPM_PHASE_DERIVE = 3
CSPM_PHASE_SEARCH = 4
CSPM_PHASE_VERIFY = 5
CSPM_PHASE_QUERY = 6
CSPM_PHASE_WRITE = 7

CSPM_TYPE_NULL = 0
CSPM_TYPE_BOOL = 1
CSPM_TYPE_INT64 = 2
CSPM_TYPE_DOUBLE = 3
CSPM_TYPE_STRING = 4
CSPM_TYPE_DICT_STRING = 5
CSPM_TYPE_NODE = 6
CSPM_TYPE_EDGE = 7
CSPM_TYPE_LIST = 8
CSPM_TYPE_TIMESTAMP_US = 9
CSPM_TYPE_STRUCT = 10
CSPM_TYPE_MAP = 11
CSPM_TYPE_PATH = 12
CSPM_TYPE_DATE = 13
CSPM_TYPE_DURATION = 14
CSPM_TYPE_VARIANT = 15

CSPM_LOAD_KEEP_GOING = 1

CSPM_TABLE_NODES = 1
CSPM_TABLE_EDGES = 2
CSPM_TABLE_DIAGNOSTICS = 3
CSPM_TABLE_SCHEMA = 4
CSPM_TABLE_SOURCES = 5

CSPM_LANG_GRAPH = 0
CSPM_LANG_PIPE = 1

CSPM_VALUE_NULL = 0
CSPM_VALUE_BOOL = 1
CSPM_VALUE_INT = 2
CSPM_VALUE_FLOAT = 3
CSPM_VALUE_STRING = 4
CSPM_VALUE_LIST = 5
CSPM_VALUE_MAP = 6
CSPM_VALUE_NODE = 7
CSPM_VALUE_RELATIONSHIP = 8
CSPM_VALUE_PATH = 9
CSPM_VALUE_DATE = 10
CSPM_VALUE_DATETIME = 11
CSPM_VALUE_DURATION = 12

CSPM_FUNCTION_NULLS = 1
CSPM_FUNCTION_CHANGES = 2

CSPM_SET_ENTRIES = 0
CSPM_SET_TARGETS = 1
CSPM_SET_WAYPOINTS = 2

CSPM_REQUEST_ASSUME_BREACH = 1
CSPM_REQUEST_EXCLUDE_CONDITIONAL = 2
CSPM_REQUEST_NO_FIXES = 4

CSPM_ANALYSIS_PATHS = 1
CSPM_ANALYSIS_STEPS = 2
CSPM_ANALYSIS_PATTERNS = 3
CSPM_ANALYSIS_CHOKE_POINTS = 4
CSPM_ANALYSIS_FIXES = 5
CSPM_ANALYSIS_NODES = 6
CSPM_ANALYSIS_DIAGNOSTICS = 7

CSPM_LEVEL_NONE = 0
CSPM_LEVEL_LOW = 1
CSPM_LEVEL_MEDIUM = 2
CSPM_LEVEL_HIGH = 3
CSPM_LEVEL_CRITICAL = 4


class Status(IntEnum):
    """What a call returned; negative values are errors."""

    OK = 0
    DONE = 1
    MORE = 2
    E_INVALID = -2
    E_NOMEM = -3
    E_IO = -4
    E_PARSE = -5
    E_LIMIT = -6
    E_CANCELLED = -7
    E_TIMEOUT = -8
    E_NOTFOUND = -9
    E_UNSUPPORTED = -10
    E_ABI = -11
    E_INTERNAL = -12
    E_QUERY = -13
    E_UNRECOGNISED = -14

    def __str__(self) -> str:
        return "CSPM_" + self.name


class cspm_allocator(ctypes.Structure):
    pass


class cspm_limits(ctypes.Structure):
    pass


class cspm_progress(ctypes.Structure):
    pass


class cspm_column(ctypes.Structure):
    pass


class ArrowSchema(ctypes.Structure):
    pass


class ArrowArray(ctypes.Structure):
    pass


class ArrowArrayStream(ctypes.Structure):
    pass


class cspm_load_options(ctypes.Structure):
    pass


class cspm_run_options(ctypes.Structure):
    pass


class cspm_request_options(ctypes.Structure):
    pass


class cspm_export_options(ctypes.Structure):
    pass


cspm_allocator._fields_ = [
    ("struct_size", c_uint32),
    ("reserved", c_uint32),
    ("user", c_void_p),
    ("resize", c_void_p),
]


cspm_limits._fields_ = [
    ("struct_size", c_uint32),
    ("threads", c_uint32),
    ("max_input_bytes", c_uint64),
    ("max_depth", c_uint64),
    ("max_string_bytes", c_uint64),
    ("max_nodes", c_uint64),
    ("max_edges", c_uint64),
    ("max_rows", c_uint64),
    ("max_paths", c_uint64),
    ("max_path_length", c_uint64),
    ("max_memory_bytes", c_uint64),
    ("max_query_bytes", c_uint64),
    ("max_work", c_uint64),
    ("reserved", c_uint64 * 4),
]


cspm_progress._fields_ = [
    ("struct_size", c_uint32),
    ("phase", c_uint32),
    ("done", c_uint64),
    ("total", c_uint64),
    ("rows", c_uint64),
    ("memory_bytes", c_uint64),
]


cspm_column._fields_ = [
    ("struct_size", c_uint32),
    ("type", c_uint32),
    ("length", c_uint64),
    ("null_count", c_uint64),
    ("offset", c_uint64),
    ("validity", POINTER(c_uint8)),
    ("values", c_void_p),
    ("offsets", POINTER(c_int32)),
    ("values_bytes", c_uint64),
    ("n_children", c_uint64),
    ("children", POINTER(POINTER(cspm_column))),
    ("reserved", c_uint64 * 4),
]


ArrowSchema._fields_ = [
    ("format", c_char_p),
    ("name", c_char_p),
    ("metadata", c_char_p),
    ("flags", c_int64),
    ("n_children", c_int64),
    ("children", POINTER(POINTER(ArrowSchema))),
    ("dictionary", POINTER(ArrowSchema)),
    ("release", c_void_p),
    ("private_data", c_void_p),
]


ArrowArray._fields_ = [
    ("length", c_int64),
    ("null_count", c_int64),
    ("offset", c_int64),
    ("n_buffers", c_int64),
    ("n_children", c_int64),
    ("buffers", POINTER(c_void_p)),
    ("children", POINTER(POINTER(ArrowArray))),
    ("dictionary", POINTER(ArrowArray)),
    ("release", c_void_p),
    ("private_data", c_void_p),
]


ArrowArrayStream._fields_ = [
    ("get_schema", c_void_p),
    ("get_next", c_void_p),
    ("get_last_error", c_void_p),
    ("release", c_void_p),
    ("private_data", c_void_p),
]


cspm_load_options._fields_ = [
    ("struct_size", c_uint32),
    ("flags", c_uint32),
    ("reserved", c_uint64 * 4),
]


cspm_run_options._fields_ = [
    ("struct_size", c_uint32),
    ("batch_rows", c_uint32),
    ("max_rows", c_uint64),
    ("max_work", c_uint64),
    ("max_memory_bytes", c_uint64),
    ("slice_ms", c_uint64),
    ("now_us", c_int64),
    ("reserved", c_uint64 * 4),
]


cspm_request_options._fields_ = [
    ("struct_size", c_uint32),
    ("flags", c_uint32),
    ("top", c_uint32),
    ("max_length", c_uint32),
    ("max_fixes", c_uint32),
    ("reserved32", c_uint32),
    ("now_us", c_int64),
    ("max_work", c_uint64),
    ("max_paths", c_uint64),
    ("reserved", c_uint64 * 4),
]


cspm_export_options._fields_ = [
    ("struct_size", c_uint32),
    ("colour", c_uint32),
    ("width", c_uint32),
    ("reserved32", c_uint32),
    ("reserved", c_uint64 * 4),
]


def _bind(library: ctypes.CDLL, signatures: dict[str, tuple[Any, tuple[Any, ...]]], into: object) -> None:
    """Give each function of a loaded library its types; AttributeError names the first one that is not there."""
    for name, (result, arguments) in signatures.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
        setattr(into, name, function)


CORE: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "cspm_analysis_count": (c_uint64, (c_void_p, c_uint32)),
    "cspm_analysis_drawing": (c_int32, (c_void_p, POINTER(c_void_p), POINTER(c_uint32), POINTER(POINTER(c_uint32)), POINTER(c_uint32), POINTER(POINTER(c_uint32)), POINTER(c_void_p))),
    "cspm_analysis_export": (c_int32, (c_void_p, c_char_p, POINTER(cspm_export_options), c_void_p, POINTER(c_void_p), POINTER(c_void_p))),
    "cspm_analysis_graph": (c_void_p, (c_void_p,)),
    "cspm_analysis_html": (c_int32, (c_void_p, POINTER(c_double), POINTER(c_double), c_uint32, c_void_p, POINTER(c_void_p), POINTER(c_void_p))),
    "cspm_analysis_ref": (c_void_p, (c_void_p,)),
    "cspm_analysis_table": (c_int32, (c_void_p, c_uint32, POINTER(c_void_p), POINTER(c_void_p))),
    "cspm_analysis_truncated": (c_uint32, (c_void_p,)),
    "cspm_analysis_unref": (None, (c_void_p,)),
    "cspm_analyze": (c_int32, (c_void_p, c_void_p, c_void_p, c_void_p, POINTER(c_void_p), POINTER(c_void_p))),
    "cspm_batch_cell_json": (c_int32, (c_void_p, c_uint32, c_uint64, POINTER(c_void_p), POINTER(c_void_p))),
    "cspm_batch_column": (c_int32, (c_void_p, c_uint32, POINTER(cspm_column))),
    "cspm_batch_export_arrow": (c_int32, (c_void_p, POINTER(ArrowSchema), POINTER(ArrowArray), POINTER(c_void_p))),
    "cspm_batch_json": (c_int32, (c_void_p, c_uint32, POINTER(c_void_p), POINTER(c_void_p))),
    "cspm_batch_ref": (c_void_p, (c_void_p,)),
    "cspm_batch_rows": (c_uint64, (c_void_p,)),
    "cspm_batch_unref": (None, (c_void_p,)),
    "cspm_buffer_data": (c_void_p, (c_void_p, POINTER(c_size_t))),
    "cspm_buffer_unref": (None, (c_void_p,)),
    "cspm_builder_add_buffer": (c_int32, (c_void_p, c_void_p, c_size_t, c_char_p, c_char_p, POINTER(cspm_load_options), c_void_p, POINTER(c_void_p))),
    "cspm_builder_add_edge": (c_int32, (c_void_p, c_char_p, c_size_t, c_char_p, c_size_t, c_char_p, c_size_t, c_char_p, c_size_t, POINTER(c_void_p))),
    "cspm_builder_add_node": (c_int32, (c_void_p, c_char_p, c_size_t, c_char_p, c_size_t, c_char_p, c_size_t, POINTER(c_void_p))),
    "cspm_builder_add_path": (c_int32, (c_void_p, c_char_p, c_size_t, c_char_p, POINTER(cspm_load_options), c_void_p, POINTER(c_void_p))),
    "cspm_builder_finish": (c_int32, (c_void_p, c_void_p, c_void_p, POINTER(c_void_p), POINTER(c_void_p))),
    "cspm_builder_free": (None, (c_void_p,)),
    "cspm_builder_new": (c_int32, (c_void_p, POINTER(c_void_p), POINTER(c_void_p))),
    "cspm_call_arg": (c_void_p, (c_void_p, c_uint32)),
    "cspm_call_arg_count": (c_uint32, (c_void_p,)),
    "cspm_call_fail": (c_int32, (c_void_p, c_char_p, c_size_t)),
    "cspm_call_return_bool": (c_int32, (c_void_p, c_int32)),
    "cspm_call_return_double": (c_int32, (c_void_p, c_double)),
    "cspm_call_return_int": (c_int32, (c_void_p, c_int64)),
    "cspm_call_return_json": (c_int32, (c_void_p, c_char_p, c_size_t)),
    "cspm_call_return_string": (c_int32, (c_void_p, c_char_p, c_size_t)),
    "cspm_call_return_value": (c_int32, (c_void_p, c_void_p)),
    "cspm_can_vectors": (c_int32, (c_void_p, c_char_p, c_size_t, c_char_p, c_void_p, POINTER(c_void_p), POINTER(c_void_p))),
    "cspm_choke_points": (c_int32, (c_void_p, c_void_p, c_void_p, c_void_p, POINTER(c_void_p), POINTER(c_void_p))),
    "cspm_context_memory": (c_uint64, (c_void_p, POINTER(c_uint64))),
    "cspm_context_memory_left": (c_uint64, (c_void_p,)),
    "cspm_context_new": (c_int32, (POINTER(cspm_allocator), POINTER(cspm_limits), POINTER(c_void_p), POINTER(c_void_p))),
    "cspm_context_ref": (c_void_p, (c_void_p,)),
    "cspm_context_unref": (None, (c_void_p,)),
    "cspm_cursor_column_name": (c_void_p, (c_void_p, c_uint32, POINTER(c_size_t))),
    "cspm_cursor_column_type": (c_uint32, (c_void_p, c_uint32)),
    "cspm_cursor_columns": (c_uint32, (c_void_p,)),
    "cspm_cursor_export_arrow": (c_int32, (c_void_p, POINTER(ArrowArrayStream), POINTER(c_void_p))),
    "cspm_cursor_free": (None, (c_void_p,)),
    "cspm_cursor_next": (c_int32, (c_void_p, POINTER(c_void_p), POINTER(c_void_p))),
    "cspm_cursor_truncated": (c_uint32, (c_void_p,)),
    "cspm_dialect_count": (c_uint32, ()),
    "cspm_dialect_name": (c_char_p, (c_uint32,)),
    "cspm_dialect_recognised": (c_char_p, (c_uint32,)),
    "cspm_dialect_title": (c_char_p, (c_uint32,)),
    "cspm_error_code": (c_int32, (c_void_p,)),
    "cspm_error_free": (None, (c_void_p,)),
    "cspm_error_json": (c_void_p, (c_void_p, POINTER(c_size_t))),
    "cspm_error_message": (c_void_p, (c_void_p, POINTER(c_size_t))),
    "cspm_error_new": (c_void_p, (c_void_p, c_int32, c_char_p, c_size_t)),
    "cspm_error_position": (None, (c_void_p, POINTER(c_uint64), POINTER(c_uint32), POINTER(c_uint32))),
    "cspm_error_source": (c_void_p, (c_void_p, POINTER(c_size_t))),
    "cspm_error_text": (c_void_p, (c_void_p, POINTER(c_size_t))),
    "cspm_explorer_query": (c_int32, (c_void_p, c_char_p, c_size_t, POINTER(c_void_p), POINTER(c_void_p))),
    "cspm_export_format": (c_char_p, (c_uint32, c_uint32)),
    "cspm_graph_derive": (c_int32, (c_void_p, c_void_p, c_void_p, POINTER(c_void_p), POINTER(c_void_p))),
    "cspm_graph_derived_count": (c_uint64, (c_void_p,)),
    "cspm_graph_edge_count": (c_uint64, (c_void_p,)),
    "cspm_graph_export": (c_int32, (c_void_p, c_char_p, c_void_p, POINTER(c_void_p), POINTER(c_void_p))),
    "cspm_graph_find_node": (c_int32, (c_void_p, c_char_p, c_size_t, POINTER(c_uint32))),
    "cspm_graph_node_count": (c_uint64, (c_void_p,)),
    "cspm_graph_node_id": (c_void_p, (c_void_p, c_uint32, POINTER(c_size_t))),
    "cspm_graph_node_json": (c_int32, (c_void_p, c_uint32, POINTER(c_void_p), POINTER(c_void_p))),
    "cspm_graph_open": (c_int32, (c_void_p, c_char_p, c_size_t, c_void_p, POINTER(c_void_p), POINTER(c_void_p))),
    "cspm_graph_ref": (c_void_p, (c_void_p,)),
    "cspm_graph_save": (c_int32, (c_void_p, c_char_p, c_size_t, c_void_p, POINTER(c_void_p))),
    "cspm_graph_table": (c_int32, (c_void_p, c_uint32, POINTER(c_void_p), POINTER(c_void_p))),
    "cspm_graph_unref": (None, (c_void_p,)),
    "cspm_graph_with_labels": (c_int32, (c_void_p, c_char_p, c_size_t, POINTER(c_uint32), c_uint64, c_void_p, POINTER(c_void_p), POINTER(c_void_p))),
    "cspm_language_add_function": (c_int32, (c_void_p, c_char_p, c_size_t, c_uint32, c_uint32, c_uint32, c_void_p, c_void_p, c_void_p, POINTER(c_void_p))),
    "cspm_language_add_type": (c_int32, (c_void_p, c_char_p, c_size_t, c_char_p, c_size_t, POINTER(c_void_p))),
    "cspm_language_free": (None, (c_void_p,)),
    "cspm_language_new": (c_int32, (c_void_p, POINTER(c_void_p), POINTER(c_void_p))),
    "cspm_language_restrict_label": (c_int32, (c_void_p, c_char_p, c_size_t, POINTER(c_void_p))),
    "cspm_language_restrict_property": (c_int32, (c_void_p, c_char_p, c_size_t, c_char_p, c_size_t, POINTER(c_void_p))),
    "cspm_language_search_regex": (None, (c_void_p, c_int32)),
    "cspm_limits_init": (None, (POINTER(cspm_limits), c_uint32)),
    "cspm_op_cancel": (None, (c_void_p,)),
    "cspm_op_new": (c_int32, (c_void_p, POINTER(c_void_p), POINTER(c_void_p))),
    "cspm_op_progress": (None, (c_void_p, POINTER(cspm_progress))),
    "cspm_op_set_timeout_ms": (None, (c_void_p, c_uint64)),
    "cspm_op_status": (c_int32, (c_void_p,)),
    "cspm_op_unref": (None, (c_void_p,)),
    "cspm_params_free": (None, (c_void_p,)),
    "cspm_params_new": (c_int32, (c_void_p, POINTER(c_void_p), POINTER(c_void_p))),
    "cspm_params_set_bool": (c_int32, (c_void_p, c_char_p, c_size_t, c_int32, POINTER(c_void_p))),
    "cspm_params_set_double": (c_int32, (c_void_p, c_char_p, c_size_t, c_double, POINTER(c_void_p))),
    "cspm_params_set_int": (c_int32, (c_void_p, c_char_p, c_size_t, c_int64, POINTER(c_void_p))),
    "cspm_params_set_json": (c_int32, (c_void_p, c_char_p, c_size_t, c_char_p, c_size_t, POINTER(c_void_p))),
    "cspm_params_set_rules": (c_int32, (c_void_p, c_void_p, POINTER(c_void_p))),
    "cspm_params_set_string": (c_int32, (c_void_p, c_char_p, c_size_t, c_char_p, c_size_t, POINTER(c_void_p))),
    "cspm_paths_count": (c_int32, (c_void_p, c_void_p, c_void_p, c_void_p, POINTER(c_uint64), POINTER(c_int32), POINTER(c_void_p))),
    "cspm_paths_export": (c_int32, (c_void_p, c_void_p, c_void_p, c_char_p, c_void_p, POINTER(c_uint64), POINTER(c_uint32), POINTER(c_void_p), POINTER(c_void_p))),
    "cspm_paths_find": (c_int32, (c_void_p, c_void_p, c_void_p, c_void_p, POINTER(c_void_p), POINTER(c_void_p))),
    "cspm_query_compile": (c_int32, (c_void_p, c_char_p, c_size_t, c_uint32, POINTER(c_void_p), POINTER(c_void_p))),
    "cspm_query_compile_with": (c_int32, (c_void_p, c_void_p, c_char_p, c_size_t, c_uint32, POINTER(c_void_p), POINTER(c_void_p))),
    "cspm_query_explain": (c_int32, (c_void_p, c_void_p, POINTER(c_void_p), POINTER(c_void_p))),
    "cspm_query_profile": (c_int32, (c_void_p, c_void_p, c_void_p, POINTER(cspm_run_options), c_void_p, POINTER(c_void_p), POINTER(c_void_p))),
    "cspm_query_reads": (c_int32, (c_void_p, c_char_p, c_size_t)),
    "cspm_query_ref": (c_void_p, (c_void_p,)),
    "cspm_query_run": (c_int32, (c_void_p, c_void_p, c_void_p, POINTER(cspm_run_options), c_void_p, POINTER(c_void_p), POINTER(c_void_p))),
    "cspm_query_unref": (None, (c_void_p,)),
    "cspm_query_warning": (c_void_p, (c_void_p, c_uint32, POINTER(c_size_t))),
    "cspm_query_warning_count": (c_uint32, (c_void_p,)),
    "cspm_request_add_id": (c_int32, (c_void_p, c_uint32, c_char_p, c_size_t, POINTER(c_void_p))),
    "cspm_request_add_query": (c_int32, (c_void_p, c_uint32, c_char_p, c_size_t, POINTER(c_void_p))),
    "cspm_request_exclude_kind": (c_int32, (c_void_p, c_char_p, c_size_t, POINTER(c_void_p))),
    "cspm_request_free": (None, (c_void_p,)),
    "cspm_request_new": (c_int32, (c_void_p, POINTER(cspm_request_options), POINTER(c_void_p), POINTER(c_void_p))),
    "cspm_request_options_init": (None, (POINTER(cspm_request_options), c_uint32)),
    "cspm_request_set_weight": (c_int32, (c_void_p, c_char_p, c_size_t, POINTER(c_void_p))),
    "cspm_ruleset_add_builtin": (c_int32, (c_void_p, POINTER(c_void_p))),
    "cspm_ruleset_add_path": (c_int32, (c_void_p, c_char_p, c_size_t, POINTER(c_void_p))),
    "cspm_ruleset_add_text": (c_int32, (c_void_p, c_char_p, c_size_t, c_char_p, POINTER(c_void_p))),
    "cspm_ruleset_disable": (c_int32, (c_void_p, c_char_p, c_size_t, POINTER(c_void_p))),
    "cspm_ruleset_new": (c_int32, (c_void_p, POINTER(c_void_p), POINTER(c_void_p))),
    "cspm_ruleset_ref": (c_void_p, (c_void_p,)),
    "cspm_ruleset_seal": (c_int32, (c_void_p, POINTER(c_void_p))),
    "cspm_ruleset_show": (c_int32, (c_void_p, c_char_p, c_size_t, POINTER(c_void_p), POINTER(c_void_p))),
    "cspm_ruleset_table": (c_int32, (c_void_p, POINTER(c_void_p), POINTER(c_void_p))),
    "cspm_ruleset_test": (c_int32, (c_void_p, c_void_p, POINTER(c_uint32), POINTER(c_uint32), POINTER(c_void_p), POINTER(c_void_p))),
    "cspm_ruleset_unref": (None, (c_void_p,)),
    "cspm_run_options_init": (None, (POINTER(cspm_run_options), c_uint32)),
    "cspm_status_name": (c_char_p, (c_int32,)),
    "cspm_value_count": (c_uint32, (c_void_p,)),
    "cspm_value_double": (c_double, (c_void_p,)),
    "cspm_value_int": (c_int64, (c_void_p,)),
    "cspm_value_item": (c_void_p, (c_void_p, c_uint32)),
    "cspm_value_key": (c_void_p, (c_void_p, c_uint32, POINTER(c_size_t))),
    "cspm_value_string": (c_void_p, (c_void_p, POINTER(c_size_t))),
    "cspm_value_type": (c_uint32, (c_void_p,)),
    "cspm_version_number": (c_uint32, ()),
    "cspm_version_string": (c_char_p, ()),
}


class Core:
    """The functions of the core library, typed."""

    cspm_analysis_count: Callable[[Any, Any], int]
    cspm_analysis_drawing: Callable[[Any, Any, Any, Any, Any, Any, Any], int]
    cspm_analysis_export: Callable[[Any, Any, Any, Any, Any, Any], int]
    cspm_analysis_graph: Callable[[Any], int | None]
    cspm_analysis_html: Callable[[Any, Any, Any, Any, Any, Any, Any], int]
    cspm_analysis_ref: Callable[[Any], int | None]
    cspm_analysis_table: Callable[[Any, Any, Any, Any], int]
    cspm_analysis_truncated: Callable[[Any], int]
    cspm_analysis_unref: Callable[[Any], None]
    cspm_analyze: Callable[[Any, Any, Any, Any, Any, Any], int]
    cspm_batch_cell_json: Callable[[Any, Any, Any, Any, Any], int]
    cspm_batch_column: Callable[[Any, Any, Any], int]
    cspm_batch_export_arrow: Callable[[Any, Any, Any, Any], int]
    cspm_batch_json: Callable[[Any, Any, Any, Any], int]
    cspm_batch_ref: Callable[[Any], int | None]
    cspm_batch_rows: Callable[[Any], int]
    cspm_batch_unref: Callable[[Any], None]
    cspm_buffer_data: Callable[[Any, Any], int | None]
    cspm_buffer_unref: Callable[[Any], None]
    cspm_builder_add_buffer: Callable[[Any, Any, Any, Any, Any, Any, Any, Any], int]
    cspm_builder_add_edge: Callable[[Any, Any, Any, Any, Any, Any, Any, Any, Any, Any], int]
    cspm_builder_add_node: Callable[[Any, Any, Any, Any, Any, Any, Any, Any], int]
    cspm_builder_add_path: Callable[[Any, Any, Any, Any, Any, Any, Any], int]
    cspm_builder_finish: Callable[[Any, Any, Any, Any, Any], int]
    cspm_builder_free: Callable[[Any], None]
    cspm_builder_new: Callable[[Any, Any, Any], int]
    cspm_call_arg: Callable[[Any, Any], int | None]
    cspm_call_arg_count: Callable[[Any], int]
    cspm_call_fail: Callable[[Any, Any, Any], int]
    cspm_call_return_bool: Callable[[Any, Any], int]
    cspm_call_return_double: Callable[[Any, Any], int]
    cspm_call_return_int: Callable[[Any, Any], int]
    cspm_call_return_json: Callable[[Any, Any, Any], int]
    cspm_call_return_string: Callable[[Any, Any, Any], int]
    cspm_call_return_value: Callable[[Any, Any], int]
    cspm_can_vectors: Callable[[Any, Any, Any, Any, Any, Any, Any], int]
    cspm_choke_points: Callable[[Any, Any, Any, Any, Any, Any], int]
    cspm_context_memory: Callable[[Any, Any], int]
    cspm_context_memory_left: Callable[[Any], int]
    cspm_context_new: Callable[[Any, Any, Any, Any], int]
    cspm_context_ref: Callable[[Any], int | None]
    cspm_context_unref: Callable[[Any], None]
    cspm_cursor_column_name: Callable[[Any, Any, Any], int | None]
    cspm_cursor_column_type: Callable[[Any, Any], int]
    cspm_cursor_columns: Callable[[Any], int]
    cspm_cursor_export_arrow: Callable[[Any, Any, Any], int]
    cspm_cursor_free: Callable[[Any], None]
    cspm_cursor_next: Callable[[Any, Any, Any], int]
    cspm_cursor_truncated: Callable[[Any], int]
    cspm_dialect_count: Callable[[], int]
    cspm_dialect_name: Callable[[Any], bytes | None]
    cspm_dialect_recognised: Callable[[Any], bytes | None]
    cspm_dialect_title: Callable[[Any], bytes | None]
    cspm_error_code: Callable[[Any], int]
    cspm_error_free: Callable[[Any], None]
    cspm_error_json: Callable[[Any, Any], int | None]
    cspm_error_message: Callable[[Any, Any], int | None]
    cspm_error_new: Callable[[Any, Any, Any, Any], int | None]
    cspm_error_position: Callable[[Any, Any, Any, Any], None]
    cspm_error_source: Callable[[Any, Any], int | None]
    cspm_error_text: Callable[[Any, Any], int | None]
    cspm_explorer_query: Callable[[Any, Any, Any, Any, Any], int]
    cspm_export_format: Callable[[Any, Any], bytes | None]
    cspm_graph_derive: Callable[[Any, Any, Any, Any, Any], int]
    cspm_graph_derived_count: Callable[[Any], int]
    cspm_graph_edge_count: Callable[[Any], int]
    cspm_graph_export: Callable[[Any, Any, Any, Any, Any], int]
    cspm_graph_find_node: Callable[[Any, Any, Any, Any], int]
    cspm_graph_node_count: Callable[[Any], int]
    cspm_graph_node_id: Callable[[Any, Any, Any], int | None]
    cspm_graph_node_json: Callable[[Any, Any, Any, Any], int]
    cspm_graph_open: Callable[[Any, Any, Any, Any, Any, Any], int]
    cspm_graph_ref: Callable[[Any], int | None]
    cspm_graph_save: Callable[[Any, Any, Any, Any, Any], int]
    cspm_graph_table: Callable[[Any, Any, Any, Any], int]
    cspm_graph_unref: Callable[[Any], None]
    cspm_graph_with_labels: Callable[[Any, Any, Any, Any, Any, Any, Any, Any], int]
    cspm_language_add_function: Callable[[Any, Any, Any, Any, Any, Any, Any, Any, Any, Any], int]
    cspm_language_add_type: Callable[[Any, Any, Any, Any, Any, Any], int]
    cspm_language_free: Callable[[Any], None]
    cspm_language_new: Callable[[Any, Any, Any], int]
    cspm_language_restrict_label: Callable[[Any, Any, Any, Any], int]
    cspm_language_restrict_property: Callable[[Any, Any, Any, Any, Any, Any], int]
    cspm_language_search_regex: Callable[[Any, Any], None]
    cspm_limits_init: Callable[[Any, Any], None]
    cspm_op_cancel: Callable[[Any], None]
    cspm_op_new: Callable[[Any, Any, Any], int]
    cspm_op_progress: Callable[[Any, Any], None]
    cspm_op_set_timeout_ms: Callable[[Any, Any], None]
    cspm_op_status: Callable[[Any], int]
    cspm_op_unref: Callable[[Any], None]
    cspm_params_free: Callable[[Any], None]
    cspm_params_new: Callable[[Any, Any, Any], int]
    cspm_params_set_bool: Callable[[Any, Any, Any, Any, Any], int]
    cspm_params_set_double: Callable[[Any, Any, Any, Any, Any], int]
    cspm_params_set_int: Callable[[Any, Any, Any, Any, Any], int]
    cspm_params_set_json: Callable[[Any, Any, Any, Any, Any, Any], int]
    cspm_params_set_rules: Callable[[Any, Any, Any], int]
    cspm_params_set_string: Callable[[Any, Any, Any, Any, Any, Any], int]
    cspm_paths_count: Callable[[Any, Any, Any, Any, Any, Any, Any], int]
    cspm_paths_export: Callable[[Any, Any, Any, Any, Any, Any, Any, Any, Any], int]
    cspm_paths_find: Callable[[Any, Any, Any, Any, Any, Any], int]
    cspm_query_compile: Callable[[Any, Any, Any, Any, Any, Any], int]
    cspm_query_compile_with: Callable[[Any, Any, Any, Any, Any, Any, Any], int]
    cspm_query_explain: Callable[[Any, Any, Any, Any], int]
    cspm_query_profile: Callable[[Any, Any, Any, Any, Any, Any, Any], int]
    cspm_query_reads: Callable[[Any, Any, Any], int]
    cspm_query_ref: Callable[[Any], int | None]
    cspm_query_run: Callable[[Any, Any, Any, Any, Any, Any, Any], int]
    cspm_query_unref: Callable[[Any], None]
    cspm_query_warning: Callable[[Any, Any, Any], int | None]
    cspm_query_warning_count: Callable[[Any], int]
    cspm_request_add_id: Callable[[Any, Any, Any, Any, Any], int]
    cspm_request_add_query: Callable[[Any, Any, Any, Any, Any], int]
    cspm_request_exclude_kind: Callable[[Any, Any, Any, Any], int]
    cspm_request_free: Callable[[Any], None]
    cspm_request_new: Callable[[Any, Any, Any, Any], int]
    cspm_request_options_init: Callable[[Any, Any], None]
    cspm_request_set_weight: Callable[[Any, Any, Any, Any], int]
    cspm_ruleset_add_builtin: Callable[[Any, Any], int]
    cspm_ruleset_add_path: Callable[[Any, Any, Any, Any], int]
    cspm_ruleset_add_text: Callable[[Any, Any, Any, Any, Any], int]
    cspm_ruleset_disable: Callable[[Any, Any, Any, Any], int]
    cspm_ruleset_new: Callable[[Any, Any, Any], int]
    cspm_ruleset_ref: Callable[[Any], int | None]
    cspm_ruleset_seal: Callable[[Any, Any], int]
    cspm_ruleset_show: Callable[[Any, Any, Any, Any, Any], int]
    cspm_ruleset_table: Callable[[Any, Any, Any], int]
    cspm_ruleset_test: Callable[[Any, Any, Any, Any, Any, Any], int]
    cspm_ruleset_unref: Callable[[Any], None]
    cspm_run_options_init: Callable[[Any, Any], None]
    cspm_status_name: Callable[[Any], bytes | None]
    cspm_value_count: Callable[[Any], int]
    cspm_value_double: Callable[[Any], float]
    cspm_value_int: Callable[[Any], int]
    cspm_value_item: Callable[[Any, Any], int | None]
    cspm_value_key: Callable[[Any, Any, Any], int | None]
    cspm_value_string: Callable[[Any, Any], int | None]
    cspm_value_type: Callable[[Any], int]
    cspm_version_number: Callable[[], int]
    cspm_version_string: Callable[[], bytes | None]

    def __init__(self, library: ctypes.CDLL) -> None:
        _bind(library, CORE, self)


METRICS: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "cspm_metrics_betweenness": (c_int32, (c_void_p, c_uint32, POINTER(c_uint32), c_uint64, c_uint32, POINTER(c_double), c_void_p, POINTER(c_void_p))),
    "cspm_metrics_communities": (c_int32, (c_void_p, c_uint32, POINTER(c_uint32), c_uint64, POINTER(c_uint32), POINTER(c_uint32), POINTER(c_double), c_void_p, POINTER(c_void_p))),
    "cspm_metrics_layout_layered": (c_int32, (c_void_p, c_uint32, POINTER(c_uint32), c_uint64, POINTER(c_uint32), POINTER(c_double), POINTER(c_double), c_void_p, POINTER(c_void_p))),
    "cspm_metrics_min_cut": (c_int32, (c_void_p, c_uint32, POINTER(c_uint32), c_uint64, POINTER(c_uint32), c_uint32, POINTER(c_uint32), c_uint32, POINTER(c_uint64), POINTER(c_uint64), c_void_p, POINTER(c_void_p))),
}


class Metrics:
    """The functions of libcspmgraph-metrics, typed."""

    cspm_metrics_betweenness: Callable[[Any, Any, Any, Any, Any, Any, Any, Any], int]
    cspm_metrics_communities: Callable[[Any, Any, Any, Any, Any, Any, Any, Any, Any], int]
    cspm_metrics_layout_layered: Callable[[Any, Any, Any, Any, Any, Any, Any, Any, Any], int]
    cspm_metrics_min_cut: Callable[[Any, Any, Any, Any, Any, Any, Any, Any, Any, Any, Any, Any], int]

    def __init__(self, library: ctypes.CDLL) -> None:
        _bind(library, METRICS, self)
