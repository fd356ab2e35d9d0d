package cspmgraph

// #include <cspmgraph/cspmgraph.h>
import "C"

import (
	"context"
	"math"
	"time"
	"unsafe"
)

// Form is a form of the query language.
type Form uint32

// Query forms.
const (
	FormGraph Form = C.CSPM_LANG_GRAPH
	FormPipe  Form = C.CSPM_LANG_PIPE
)

// Params are the values of a query's $names: booleans, numbers, texts, times (as ISO 8601 texts), lists and maps.
type Params map[string]any

// QueryOptions shape a query. 0 = the engine's limits.
type QueryOptions struct {
	Form           Form
	Language       *Language // what the host adds to the language
	MaxRows        uint64
	MaxWork        uint64
	MaxMemoryBytes uint64
	BatchRows      uint32
	Slice          time.Duration // the library looks up from its work about this often; 0 = when a batch is full
	Timeout        time.Duration // the rows end early with ErrTimeout, from now until they are closed
	Now            time.Time     // the clock of the query; zero = the system's
}

// Query compiles and runs a query of the graph form. Rows are made as they are read, under the context given here. Queries that read riskScore,
// riskLevel or attackPaths see the graph of an analysis, made once; the pipe form's securityresources uses the graph's rules.
func (g *Graph) Query(ctx context.Context, text string, params Params) (*Rows, error) {
	return g.QueryWith(ctx, text, params, QueryOptions{})
}

// QueryWith is Query with options.
func (g *Graph) QueryWith(ctx context.Context, text string, params Params, o QueryOptions) (*Rows, error) {
	q, err := Compile(text, o.Form, o.Language)
	if err != nil {
		return nil, err
	}
	defer q.Close()
	return q.Run(ctx, g, params, o)
}

// Query is a compiled query. It is immutable and runs on any graph.
type Query struct {
	h *handle
}

// Compile parses and checks a query; language may be nil. The error has a place and says what was expected.
func Compile(text string, form Form, language *Language) (*Query, error) {
	e, err := sharedEngine()
	if err != nil {
		return nil, err
	}
	if language != nil {
		e = language.engine
	}
	p, err := e.h.acquire()
	if err != nil {
		return nil, err
	}
	defer e.h.release()
	var out *C.cspm_query
	var cerr *C.cspm_error
	var status C.int32_t
	if language == nil {
		status = C.cspm_query_compile((*C.cspm_context)(p), cText(text), cLen(text), C.uint32_t(form), &out, &cerr)
	} else {
		l, err := language.acquire()
		if err != nil {
			return nil, err
		}
		status = C.cspm_query_compile_with((*C.cspm_context)(p), l, cText(text), cLen(text), C.uint32_t(form), &out, &cerr)
		language.release()
	}
	if err := did(status, cerr); err != nil {
		return nil, err
	}
	return newQuery(out), nil
}

func newQuery(c *C.cspm_query) *Query {
	return &Query{newHandle(unsafe.Pointer(c), "query", func(p unsafe.Pointer) { C.cspm_query_unref((*C.cspm_query)(p)) })}
}

// Close lets go of the query. Rows it made stay valid.
func (q *Query) Close() error {
	q.h.close()
	return nil
}

// Clone gives a handle of its own on the same query.
func (q *Query) Clone() (*Query, error) {
	p, err := q.h.acquire()
	if err != nil {
		return nil, err
	}
	defer q.h.release()
	return newQuery(C.cspm_query_ref((*C.cspm_query)(p))), nil
}

// Reads tells whether the text reads a property by name.
func (q *Query) Reads(key string) bool {
	p, err := q.h.acquire()
	if err != nil {
		return false
	}
	defer q.h.release()
	return C.cspm_query_reads((*C.cspm_query)(p), cText(key), cLen(key)) != 0
}

// Warnings are what a reader of the answer should know that the text already tells.
func (q *Query) Warnings() []string {
	p, err := q.h.acquire()
	if err != nil {
		return nil
	}
	defer q.h.release()
	var out []string
	for i := C.uint32_t(0); i < C.cspm_query_warning_count((*C.cspm_query)(p)); i++ {
		var n C.size_t
		w := C.cspm_query_warning((*C.cspm_query)(p), i, &n)
		out = append(out, C.GoStringN(w, C.int(n)))
	}
	return out
}

// Explain gives the plan as text, one operator a line. It needs no parameters.
func (q *Query) Explain(g *Graph) (string, error) {
	p, err := q.h.acquire()
	if err != nil {
		return "", err
	}
	defer q.h.release()
	c, err := g.acquire()
	if err != nil {
		return "", err
	}
	defer g.h.release()
	var out *C.cspm_buffer
	var cerr *C.cspm_error
	if err := did(C.cspm_query_explain((*C.cspm_query)(p), c, &out, &cerr), cerr); err != nil {
		return "", err
	}
	return string(takeBuffer(out)), nil
}

// Run runs the query on a graph. Of the options, Form and Language do not count any more.
func (q *Query) Run(ctx context.Context, g *Graph, params Params, o QueryOptions) (*Rows, error) {
	var out *C.cspm_cursor
	op, err := q.start(ctx, g, params, o, func(query *C.cspm_query, graph *C.cspm_graph, values *C.cspm_params, options *C.cspm_run_options, op *C.cspm_op,
		err **C.cspm_error) C.int32_t {
		return C.cspm_query_run(query, graph, values, options, op, &out, err)
	})
	if err != nil {
		return nil, err
	}
	return newRows(out, op), nil
}

// Profile runs the query to its end, drops the rows, and gives the plan with the rows each operator really made beside the estimates.
func (q *Query) Profile(ctx context.Context, g *Graph, params Params, o QueryOptions) (string, error) {
	var out *C.cspm_buffer
	op, err := q.start(ctx, g, params, o, func(query *C.cspm_query, graph *C.cspm_graph, values *C.cspm_params, options *C.cspm_run_options, op *C.cspm_op,
		err **C.cspm_error) C.int32_t {
		return C.cspm_query_profile(query, graph, values, options, op, &out, err)
	})
	if err != nil {
		return "", err
	}
	op.end()
	return string(takeBuffer(out)), nil
}

type queryCall func(*C.cspm_query, *C.cspm_graph, *C.cspm_params, *C.cspm_run_options, *C.cspm_op, **C.cspm_error) C.int32_t

// start makes a call that runs the query. The operation it gives is still watched.
func (q *Query) start(ctx context.Context, g *Graph, params Params, o QueryOptions, call queryCall) (*operation, error) {
	if g == nil {
		return nil, usage("no graph")
	}
	query, err := q.h.acquire()
	if err != nil {
		return nil, err
	}
	defer q.h.release()
	if g.rules != nil && !g.scored && (q.Reads("riskScore") || q.Reads("riskLevel") || q.Reads("attackPaths")) {
		if g, err = g.withRisk(ctx); err != nil {
			return nil, err
		}
	}
	graph, err := g.acquire()
	if err != nil {
		return nil, err
	}
	defer g.h.release()
	values, err := makeParams(g, params)
	if err != nil {
		return nil, err
	}
	defer C.cspm_params_free(values)
	options := runOptions(o)
	op, err := newOperation(ctx, g.engine, o.Timeout)
	if err != nil {
		return nil, err
	}
	var cerr *C.cspm_error
	if status := call((*C.cspm_query)(query), graph, values, &options, op.c(), &cerr); status != C.CSPM_OK {
		op.end()
		return nil, stoppedBy(ctx, takeError(status, cerr))
	}
	return op, nil
}

func runOptions(o QueryOptions) C.cspm_run_options {
	var c C.cspm_run_options
	C.cspm_run_options_init(&c, C.uint32_t(unsafe.Sizeof(c)))
	c.batch_rows = C.uint32_t(o.BatchRows)
	c.max_rows = C.uint64_t(o.MaxRows)
	c.max_work = C.uint64_t(o.MaxWork)
	c.max_memory_bytes = C.uint64_t(o.MaxMemoryBytes)
	c.slice_ms = C.uint64_t(o.Slice.Milliseconds())
	if !o.Now.IsZero() {
		c.now_us = C.int64_t(o.Now.UnixMicro())
	}
	return c
}

// makeParams hands values over by type; NULL for none and no rules. The caller frees them.
func makeParams(g *Graph, params Params) (*C.cspm_params, error) {
	e, err := g.engine.h.acquire()
	if err != nil {
		return nil, err
	}
	defer g.engine.h.release()
	var out *C.cspm_params
	var cerr *C.cspm_error
	if err := did(C.cspm_params_new((*C.cspm_context)(e), &out, &cerr), cerr); err != nil {
		return nil, err
	}
	for name, value := range params {
		if err := setParam(out, name, value); err != nil {
			C.cspm_params_free(out)
			return nil, err
		}
	}
	rules, done, err := g.rules.borrow()
	if err == nil {
		defer done()
		err = did(C.cspm_params_set_rules(out, rules, &cerr), cerr)
	}
	if err != nil {
		C.cspm_params_free(out)
		return nil, err
	}
	return out, nil
}

func setParam(c *C.cspm_params, name string, value any) error {
	var cerr *C.cspm_error
	n, size := cText(name), cLen(name)
	switch v := value.(type) {
	case bool:
		var one C.int32_t
		if v {
			one = 1
		}
		return did(C.cspm_params_set_bool(c, n, size, one, &cerr), cerr)
	case int:
		return did(C.cspm_params_set_int(c, n, size, C.int64_t(v), &cerr), cerr)
	case int64:
		return did(C.cspm_params_set_int(c, n, size, C.int64_t(v), &cerr), cerr)
	case uint64:
		if v > math.MaxInt64 {
			return usage("$" + printable(name) + " is too large for a 64-bit integer")
		}
		return did(C.cspm_params_set_int(c, n, size, C.int64_t(v), &cerr), cerr)
	case float64:
		return did(C.cspm_params_set_double(c, n, size, C.double(v), &cerr), cerr)
	case float32:
		return did(C.cspm_params_set_double(c, n, size, C.double(v), &cerr), cerr)
	case string:
		return did(C.cspm_params_set_string(c, n, size, cText(v), cLen(v), &cerr), cerr)
	}
	text, err := encodeJSON(value)
	if err != nil {
		e := *err.(*Error)
		e.Message = "$" + printable(name) + ": " + e.Message
		return &e
	}
	return did(C.cspm_params_set_json(c, n, size, cText(text), cLen(text), &cerr), cerr)
}
