package cspmgraph

// #include <cspmgraph/cspmgraph.h>
import "C"

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"unsafe"
)

// Limits on inputs and answers. 0 = the library's default, NoLimit = none. Reaching one is an error or a truncation, never silence.
type Limits struct {
	Threads        uint32 // worker threads the library may start; 0 and 1 = none
	MaxInputBytes  uint64
	MaxDepth       uint64
	MaxStringBytes uint64
	MaxNodes       uint64
	MaxEdges       uint64
	MaxRows        uint64
	MaxPaths       uint64
	MaxPathLength  uint64
	MaxMemoryBytes uint64
	MaxQueryBytes  uint64
	MaxWork        uint64
}

// NoLimit as a limit means none.
const NoLimit = ^uint64(0)

// Engine holds the limits and counts the memory of everything made from it. Most programs never make one: the zero of every option is an engine with
// default limits that the whole program shares.
type Engine struct {
	h *handle
}

// NewEngine makes an engine. Objects made from it stay valid when it is closed.
func NewEngine(l Limits) (*Engine, error) {
	if v := VersionNumber() / 100; v != 1 {
		return nil, &Error{Code: CodeABI, Message: fmt.Sprintf("this binding is for libcspmgraph 0.1; %s is linked", Version())}
	}
	var c C.cspm_limits
	C.cspm_limits_init(&c, C.uint32_t(unsafe.Sizeof(c)))
	c.threads = C.uint32_t(l.Threads)
	c.max_input_bytes = C.uint64_t(l.MaxInputBytes)
	c.max_depth = C.uint64_t(l.MaxDepth)
	c.max_string_bytes = C.uint64_t(l.MaxStringBytes)
	c.max_nodes = C.uint64_t(l.MaxNodes)
	c.max_edges = C.uint64_t(l.MaxEdges)
	c.max_rows = C.uint64_t(l.MaxRows)
	c.max_paths = C.uint64_t(l.MaxPaths)
	c.max_path_length = C.uint64_t(l.MaxPathLength)
	c.max_memory_bytes = C.uint64_t(l.MaxMemoryBytes)
	c.max_query_bytes = C.uint64_t(l.MaxQueryBytes)
	c.max_work = C.uint64_t(l.MaxWork)
	var out *C.cspm_context
	var cerr *C.cspm_error
	if status := C.cspm_context_new(nil, &c, &out, &cerr); status != C.CSPM_OK {
		return nil, takeError(status, cerr)
	}
	return newEngine(out), nil
}

func newEngine(c *C.cspm_context) *Engine {
	return &Engine{newHandle(unsafe.Pointer(c), "engine", func(p unsafe.Pointer) { C.cspm_context_unref((*C.cspm_context)(p)) })}
}

var sharedEngine = sync.OnceValues(func() (*Engine, error) { return NewEngine(Limits{}) })

// orShared is the engine an option names, with a reference of its own: whoever closes theirs does not take it from under the objects made from it.
func orShared(e *Engine) (*Engine, error) {
	if e == nil {
		return sharedEngine()
	}
	p, err := e.h.acquire()
	if err != nil {
		return nil, err
	}
	defer e.h.release()
	return newEngine(C.cspm_context_ref((*C.cspm_context)(p))), nil
}

// Close lets go of the engine.
func (e *Engine) Close() error {
	e.h.close()
	return nil
}

// Memory gives the bytes held now by everything made from the engine, and the most ever held.
func (e *Engine) Memory() (now, peak uint64, err error) {
	p, err := e.h.acquire()
	if err != nil {
		return 0, 0, err
	}
	defer e.h.release()
	var most C.uint64_t
	now = uint64(C.cspm_context_memory((*C.cspm_context)(p), &most))
	return now, uint64(most), nil
}

// MemoryLeft gives the bytes that may still be allocated; NoLimit = no limit was set.
func (e *Engine) MemoryLeft() (uint64, error) {
	p, err := e.h.acquire()
	if err != nil {
		return 0, err
	}
	defer e.h.release()
	return uint64(C.cspm_context_memory_left((*C.cspm_context)(p))), nil
}

// NewError makes an error of the library's kind, for packages layered on this one.
func (e *Engine) NewError(code Code, message string) error {
	p, err := e.h.acquire()
	if err != nil {
		return err
	}
	defer e.h.release()
	return takeError(C.int32_t(code), C.cspm_error_new((*C.cspm_context)(p), C.int32_t(code), cText(message), cLen(message)))
}

// Version of the library that is linked, such as "0.1.0".
func Version() string { return C.GoString(C.cspm_version_string()) }

// VersionNumber is major * 10000 + minor * 100 + patch.
func VersionNumber() int { return int(C.cspm_version_number()) }

// Dialect is a kind of input the library reads.
type Dialect struct {
	Name       string // as LoadOptions.Format takes it
	Title      string
	Recognised string // how its content is told from others
}

// Dialects lists the inputs the library reads.
func Dialects() []Dialect {
	out := make([]Dialect, int(C.cspm_dialect_count()))
	for i := range out {
		n := C.uint32_t(i)
		out[i] = Dialect{C.GoString(C.cspm_dialect_name(n)), C.GoString(C.cspm_dialect_title(n)), C.GoString(C.cspm_dialect_recognised(n))}
	}
	return out
}

// GraphFormats lists the names Graph.Export takes.
func GraphFormats() []string { return formats(0) }

// AnalysisFormats lists the names Analysis.Export takes.
func AnalysisFormats() []string { return formats(1) }

func formats(what C.uint32_t) []string {
	var out []string
	for i := C.uint32_t(0); ; i++ {
		name := C.cspm_export_format(what, i)
		if name == nil {
			return out
		}
		out = append(out, C.GoString(name))
	}
}

// ExplorerQuery gives the query that a share link of Microsoft's Cloud Security Explorer, or the JSON in it, stands for.
func ExplorerQuery(link string) (string, error) {
	e, err := sharedEngine()
	if err != nil {
		return "", err
	}
	p, err := e.h.acquire()
	if err != nil {
		return "", err
	}
	defer e.h.release()
	var out *C.cspm_buffer
	var cerr *C.cspm_error
	status := C.cspm_explorer_query((*C.cspm_context)(p), cText(link), cLen(link), &out, &cerr)
	if err := did(status, cerr); err != nil {
		return "", err
	}
	return string(takeBuffer(out)), nil
}

// VectorResult is the answer to one request of PolicyVectors.
type VectorResult struct {
	ID     string `json:"id"`
	Result string `json:"result"` // Allowed, ImplicitlyDenied, ExplicitlyDenied or Conditional
}

// PolicyVectors evaluates self-contained AWS requests, given as a JSON list, in input order: unit tests for policies. The name is what errors
// call the input.
func PolicyVectors(ctx context.Context, requests []byte, name string) ([]VectorResult, error) {
	e, err := sharedEngine()
	if err != nil {
		return nil, err
	}
	p, err := e.h.acquire()
	if err != nil {
		return nil, err
	}
	defer e.h.release()
	cname, err := cName(name, "the name")
	if err != nil {
		return nil, err
	}
	defer freeName(cname)
	var out *C.cspm_buffer
	if err := run(ctx, e, 0, func(op *C.cspm_op, cerr **C.cspm_error) C.int32_t {
		return C.cspm_can_vectors((*C.cspm_context)(p), (*C.char)(cBytes(requests)), C.size_t(len(requests)), cname, op, &out, cerr)
	}); err != nil {
		return nil, err
	}
	return decodeLines[VectorResult](takeBuffer(out))
}

// decodeLines reads one JSON value a line.
func decodeLines[T any](text []byte) ([]T, error) {
	var out []T
	for start := 0; start < len(text); {
		end := start
		for end < len(text) && text[end] != '\n' {
			end++
		}
		if end > start {
			var one T
			if err := json.Unmarshal(text[start:end], &one); err != nil {
				return nil, &Error{Code: CodeInternal, Message: "the library's answer: " + err.Error()}
			}
			out = append(out, one)
		}
		start = end + 1
	}
	return out, nil
}
