"""The public C interface through ctypes: as much of it as the benchmarks of the query engine need."""
import ctypes
import json

OK, DONE = 0, 1


class Limits(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_uint32), ("threads", ctypes.c_uint32),
                *((name, ctypes.c_uint64) for name in ("input_bytes", "depth", "string_bytes", "nodes", "edges", "rows", "paths", "path_length",
                                                       "memory_bytes", "query_bytes", "work")), ("reserved", ctypes.c_uint64 * 4)]


def _call(library, name, *arguments, result=ctypes.c_int32):
    function = getattr(library, name)
    function.restype = result
    function.argtypes = list(arguments)
    return function


class Library:
    def __init__(self, path):
        c = ctypes.CDLL(path)
        handle, handle_out, size, text = ctypes.c_void_p, ctypes.POINTER(ctypes.c_void_p), ctypes.c_size_t, ctypes.c_char_p
        number = ctypes.c_uint32
        self.context_new = _call(c, "cspm_context_new", handle, ctypes.POINTER(Limits), handle_out, handle_out)
        self.builder_new = _call(c, "cspm_builder_new", handle, handle_out, handle_out)
        self.builder_add_path = _call(c, "cspm_builder_add_path", handle, text, size, text, handle, handle, handle_out)
        self.builder_finish = _call(c, "cspm_builder_finish", handle, handle, handle, handle_out, handle_out)
        self.builder_free = _call(c, "cspm_builder_free", handle, result=None)
        self.node_count = _call(c, "cspm_graph_node_count", handle, result=ctypes.c_uint64)
        self.edge_count = _call(c, "cspm_graph_edge_count", handle, result=ctypes.c_uint64)
        self.query_compile = _call(c, "cspm_query_compile", handle, text, size, number, handle_out, handle_out)
        self.query_run = _call(c, "cspm_query_run", handle, handle, handle, handle, handle, handle_out, handle_out)
        self.query_explain = _call(c, "cspm_query_explain", handle, handle, handle_out, handle_out)
        self.query_unref = _call(c, "cspm_query_unref", handle, result=None)
        self.params_new = _call(c, "cspm_params_new", handle, handle_out, handle_out)
        self.params_set_json = _call(c, "cspm_params_set_json", handle, text, size, text, size, handle_out)
        self.params_free = _call(c, "cspm_params_free", handle, result=None)
        self.cursor_next = _call(c, "cspm_cursor_next", handle, handle_out, handle_out)
        self.cursor_truncated = _call(c, "cspm_cursor_truncated", handle, result=number)
        self.cursor_free = _call(c, "cspm_cursor_free", handle, result=None)
        self.batch_json = _call(c, "cspm_batch_json", handle, number, handle_out, handle_out)
        self.batch_unref = _call(c, "cspm_batch_unref", handle, result=None)
        self.buffer_data = _call(c, "cspm_buffer_data", handle, ctypes.POINTER(size), result=handle)
        self.buffer_unref = _call(c, "cspm_buffer_unref", handle, result=None)
        self.error_text = _call(c, "cspm_error_text", handle, ctypes.POINTER(size), result=text)


class Engine:
    """A context and one graph of it."""

    def __init__(self, library_path, input_path):
        self.lib = Library(library_path)
        self.error = ctypes.c_void_p()
        limits = Limits(struct_size=ctypes.sizeof(Limits), work=2**64 - 1, query_bytes=2**64 - 1)
        self.context, builder, self.graph = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_void_p()
        self.check(self.lib.context_new(None, limits, self.context, self.error))
        self.check(self.lib.builder_new(self.context, builder, self.error))
        path = input_path.encode()
        self.check(self.lib.builder_add_path(builder, path, len(path), None, None, None, self.error))
        self.check(self.lib.builder_finish(builder, None, None, self.graph, self.error))
        self.lib.builder_free(builder)

    def check(self, status):
        if status < 0:
            raise RuntimeError(self.lib.error_text(self.error, None).decode())
        return status

    def prepare(self, text):
        query = ctypes.c_void_p()
        self.check(self.lib.query_compile(self.context, text, len(text), 0, query, self.error))
        return query

    def plan(self, query):
        """The plan as bytes; what a run does before its first row."""
        buffer = ctypes.c_void_p()
        self.check(self.lib.query_explain(query, self.graph, buffer, self.error))
        return buffer

    def params(self, values):
        if not values:
            return None
        params = ctypes.c_void_p()
        self.check(self.lib.params_new(self.context, params, self.error))
        for name, value in values.items():
            key, text = name.encode(), json.dumps(value).encode()
            self.check(self.lib.params_set_json(params, key, len(key), text, len(text), self.error))
        return params

    def run(self, query, params):
        """Every row made and dropped: what a benchmark times."""
        lib, cursor, batch = self.lib, ctypes.c_void_p(), ctypes.c_void_p()
        self.check(lib.query_run(query, self.graph, params, None, None, cursor, self.error))
        while self.check(lib.cursor_next(cursor, batch, self.error)) != DONE:
            lib.batch_unref(batch)
        lib.cursor_free(cursor)

    def rows(self, query, params):
        lib, cursor, batch, buffer = self.lib, ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_void_p()
        rows, size = [], ctypes.c_size_t()
        self.check(lib.query_run(query, self.graph, params, None, None, cursor, self.error))
        while self.check(lib.cursor_next(cursor, batch, self.error)) != DONE:
            if not batch.value:
                continue
            self.check(lib.batch_json(batch, 0, buffer, self.error))
            rows += json.loads(ctypes.string_at(lib.buffer_data(buffer, size), size.value))
            lib.buffer_unref(buffer)
            lib.batch_unref(batch)
        if lib.cursor_truncated(cursor):
            raise RuntimeError("the answer was cut short")
        lib.cursor_free(cursor)
        return rows
