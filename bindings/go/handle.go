package cspmgraph

// #include <stdlib.h>
// #include <cspmgraph/cspmgraph.h>
import "C"

import (
	"runtime"
	"sync"
	"unsafe"
)

// handle owns one reference on an object of the library. Calls take it for as long as they run, so closing it under a running call frees it when
// the call is over and not before.
type handle struct {
	mu     sync.Mutex
	ptr    unsafe.Pointer
	free   func(unsafe.Pointer)
	what   string
	uses   int
	closed bool
}

func newHandle(ptr unsafe.Pointer, what string, free func(unsafe.Pointer)) *handle {
	h := &handle{ptr: ptr, free: free, what: what}
	runtime.SetFinalizer(h, (*handle).close)
	return h
}

// acquire gives the object for one call; release must follow.
func (h *handle) acquire() (unsafe.Pointer, error) {
	if h == nil {
		return nil, usage("nil handle")
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil, closedError(h.what)
	}
	h.uses++
	return h.ptr, nil
}

func (h *handle) release() {
	h.mu.Lock()
	h.uses--
	last := h.closed && h.uses == 0
	h.mu.Unlock()
	if last {
		h.drop()
	}
}

func (h *handle) close() {
	if h == nil {
		return
	}
	h.mu.Lock()
	last := !h.closed && h.uses == 0
	h.closed = true
	h.mu.Unlock()
	if last {
		h.drop()
	}
}

// drop runs once: closed is set, nobody uses the object and nobody can begin to.
func (h *handle) drop() {
	runtime.SetFinalizer(h, nil)
	ptr := h.ptr
	h.ptr = nil
	h.free(ptr)
}

func (h *handle) isClosed() bool {
	if h == nil {
		return true
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.closed
}

// cText lends a string to C for one call. It is not NUL-terminated; every such parameter has a length beside it.
func cText(s string) *C.char {
	if len(s) == 0 {
		return (*C.char)(unsafe.Pointer(&noText[0]))
	}
	return (*C.char)(unsafe.Pointer(unsafe.StringData(s)))
}

func cBytes(b []byte) unsafe.Pointer {
	if len(b) == 0 {
		return unsafe.Pointer(&noText[0])
	}
	return unsafe.Pointer(unsafe.SliceData(b))
}

func cLen(s string) C.size_t { return C.size_t(len(s)) }

// An empty text still has an address: NULL means "none" to some parameters.
var noText = [1]byte{}

// cName makes a NUL-terminated copy for parameters without a length; "" gives NULL. The caller frees it.
func cName(s, what string) (*C.char, error) {
	if s == "" {
		return nil, nil
	}
	for i := 0; i < len(s); i++ {
		if s[i] == 0 {
			return nil, usage(what + " holds a NUL byte")
		}
	}
	return C.CString(s), nil
}

func freeName(p *C.char) { C.free(unsafe.Pointer(p)) }

// takeBuffer copies a buffer's bytes and releases it.
func takeBuffer(b *C.cspm_buffer) []byte {
	if b == nil {
		return nil
	}
	var n C.size_t
	p := C.cspm_buffer_data(b, &n)
	out := make([]byte, int(n))
	copy(out, unsafe.Slice((*byte)(p), int(n)))
	C.cspm_buffer_unref(b)
	return out
}
