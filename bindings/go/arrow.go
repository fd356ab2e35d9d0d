package cspmgraph

// #include <stdlib.h>
// #include <cspmgraph/cspmgraph.h>
//
// static void release_schema(struct ArrowSchema *s) { if (s->release) s->release(s); }
// static void release_array(struct ArrowArray *a) { if (a->release) a->release(a); }
// static void release_stream(struct ArrowArrayStream *s) { if (s->release) s->release(s); }
// static int stream_schema(struct ArrowArrayStream *s, struct ArrowSchema *out) { return s->get_schema(s, out); }
// static int stream_next(struct ArrowArrayStream *s, struct ArrowArray *out) { return s->get_next(s, out); }
// static const char *stream_error(struct ArrowArrayStream *s) { return s->get_last_error(s); }
import "C"

import (
	"fmt"
	"runtime"
	"sync"
	"unsafe"
)

// ArrowRecord is a batch in the Arrow C data interface: a schema and a struct array in C memory. The batch's memory is shared, not copied, and stays
// until both are released. A consumer such as arrow-go's cdata.ImportCRecordBatch takes the two pointers and marks what it took; Release frees the rest.
type ArrowRecord struct {
	once   sync.Once
	schema *C.struct_ArrowSchema
	array  *C.struct_ArrowArray
}

func newRecord() *ArrowRecord {
	r := &ArrowRecord{schema: (*C.struct_ArrowSchema)(C.calloc(1, C.sizeof_struct_ArrowSchema)), array: (*C.struct_ArrowArray)(C.calloc(1, C.sizeof_struct_ArrowArray))}
	runtime.SetFinalizer(r, (*ArrowRecord).Release)
	return r
}

// Schema points to the struct ArrowSchema; valid until Release.
func (r *ArrowRecord) Schema() unsafe.Pointer { return unsafe.Pointer(r.schema) }

// Array points to the struct ArrowArray; valid until Release.
func (r *ArrowRecord) Array() unsafe.Pointer { return unsafe.Pointer(r.array) }

// Len is the number of rows; 0 after the array was taken.
func (r *ArrowRecord) Len() int {
	if r.array == nil || r.array.release == nil {
		return 0
	}
	return int(r.array.length)
}

// Release frees what no consumer took.
func (r *ArrowRecord) Release() {
	r.once.Do(func() {
		C.release_schema(r.schema)
		C.release_array(r.array)
		C.free(unsafe.Pointer(r.schema))
		C.free(unsafe.Pointer(r.array))
		r.schema, r.array = nil, nil
		runtime.SetFinalizer(r, nil)
	})
}

// ExportArrow shares the batch's memory as an Arrow record. The batch may be closed meanwhile.
func (b *Batch) ExportArrow() (*ArrowRecord, error) {
	p, err := b.h.acquire()
	if err != nil {
		return nil, err
	}
	defer b.h.release()
	r := newRecord()
	var cerr *C.cspm_error
	if err := did(C.cspm_batch_export_arrow((*C.cspm_batch)(p), r.schema, r.array, &cerr), cerr); err != nil {
		r.Release()
		return nil, err
	}
	return r, nil
}

// ArrowStream is rows in the Arrow C stream interface. A consumer takes the pointer, or Next gives the records here.
type ArrowStream struct {
	one    sync.Mutex
	stream *C.struct_ArrowArrayStream
	op     *operation
}

// ExportArrow gives the rows that are left as an Arrow stream. The rows are used up: the stream owns them, and their context still stops it.
func (r *Rows) ExportArrow() (*ArrowStream, error) {
	r.one.Lock()
	defer r.one.Unlock()
	r.drop()
	r.cursor.mu.Lock()
	defer r.cursor.mu.Unlock()
	if r.cursor.closed {
		return nil, closedError(r.cursor.what)
	}
	stream := (*C.struct_ArrowArrayStream)(C.calloc(1, C.sizeof_struct_ArrowArrayStream))
	var cerr *C.cspm_error
	if err := did(C.cspm_cursor_export_arrow((*C.cspm_cursor)(r.cursor.ptr), stream, &cerr), cerr); err != nil {
		C.free(unsafe.Pointer(stream))
		return nil, err
	}
	// The cursor is the stream's now; the handle has nothing left to free.
	r.cursor.closed, r.cursor.ptr = true, nil
	runtime.SetFinalizer(r.cursor, nil)
	runtime.SetFinalizer(r, nil)
	s := &ArrowStream{stream: stream, op: r.op}
	r.op = nil
	runtime.SetFinalizer(s, func(s *ArrowStream) { s.Close() })
	return s, nil
}

// Pointer points to the struct ArrowArrayStream; valid until Close.
func (s *ArrowStream) Pointer() unsafe.Pointer { return unsafe.Pointer(s.stream) }

// Next gives the next rows, nil at the end. The record is the caller's to release.
func (s *ArrowStream) Next() (*ArrowRecord, error) {
	s.one.Lock()
	defer s.one.Unlock()
	if s.stream == nil || s.stream.release == nil {
		return nil, closedError("stream")
	}
	r := newRecord()
	code := C.stream_schema(s.stream, r.schema)
	if code == 0 {
		code = C.stream_next(s.stream, r.array)
	}
	if code != 0 {
		r.Release()
		err := error(&Error{Code: CodeIO, Message: fmt.Sprintf("the stream failed: %s", C.GoString(C.stream_error(s.stream)))})
		if s.op != nil && s.op.status() != nil {
			err = s.op.status()
		}
		return nil, err
	}
	if r.array.release == nil {
		r.Release()
		return nil, nil
	}
	return r, nil
}

// Close frees the stream, unless a consumer took it.
func (s *ArrowStream) Close() error {
	s.one.Lock()
	defer s.one.Unlock()
	if s.stream != nil {
		C.release_stream(s.stream)
		C.free(unsafe.Pointer(s.stream))
		s.stream = nil
		if s.op != nil {
			s.op.end()
		}
		runtime.SetFinalizer(s, nil)
	}
	return nil
}
