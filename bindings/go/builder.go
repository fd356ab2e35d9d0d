package cspmgraph

// #include <cspmgraph/cspmgraph.h>
import "C"

import (
	"context"
	"sync"
	"unsafe"
)

// Builder collects inputs, and nodes and relationships of the program's own. Its calls wait for each other.
type Builder struct {
	one    sync.Mutex
	h      *handle
	engine *Engine
}

// NewBuilder makes an empty builder; nil is the shared engine.
func NewBuilder(engine *Engine) (*Builder, error) {
	e, err := orShared(engine)
	if err != nil {
		return nil, err
	}
	p, err := e.h.acquire()
	if err != nil {
		return nil, err
	}
	defer e.h.release()
	var out *C.cspm_builder
	var cerr *C.cspm_error
	if err := did(C.cspm_builder_new((*C.cspm_context)(p), &out, &cerr), cerr); err != nil {
		return nil, err
	}
	h := newHandle(unsafe.Pointer(out), "builder", func(p unsafe.Pointer) { C.cspm_builder_free((*C.cspm_builder)(p)) })
	return &Builder{h: h, engine: e}, nil
}

// Close drops what the builder holds.
func (b *Builder) Close() error {
	b.h.close()
	return nil
}

func (b *Builder) do(call func(*C.cspm_builder) error) error {
	b.one.Lock()
	defer b.one.Unlock()
	p, err := b.h.acquire()
	if err != nil {
		return err
	}
	defer b.h.release()
	return call((*C.cspm_builder)(p))
}

func loadFlags(o LoadOptions) C.cspm_load_options {
	c := C.cspm_load_options{struct_size: C.uint32_t(unsafe.Sizeof(C.cspm_load_options{}))}
	if o.KeepGoing {
		c.flags = C.CSPM_LOAD_KEEP_GOING
	}
	return c
}

// AddPath reads a file, directory, archive, compressed file or snapshot; of the options, Format and KeepGoing count.
func (b *Builder) AddPath(ctx context.Context, path string, o LoadOptions) error {
	format, err := cName(o.Format, "the format")
	if err != nil {
		return err
	}
	defer freeName(format)
	options := loadFlags(o)
	return b.do(func(c *C.cspm_builder) error {
		return run(ctx, b.engine, 0, func(op *C.cspm_op, cerr **C.cspm_error) C.int32_t {
			return C.cspm_builder_add_path(c, cText(path), cLen(path), format, &options, op, cerr)
		})
	})
}

// AddBuffer reads bytes, which may be compressed or an archive. The name is what diagnostics call them.
func (b *Builder) AddBuffer(ctx context.Context, data []byte, name string, o LoadOptions) error {
	format, err := cName(o.Format, "the format")
	if err != nil {
		return err
	}
	defer freeName(format)
	called, err := cName(name, "the name")
	if err != nil {
		return err
	}
	defer freeName(called)
	options := loadFlags(o)
	return b.do(func(c *C.cspm_builder) error {
		return run(ctx, b.engine, 0, func(op *C.cspm_op, cerr **C.cspm_error) C.int32_t {
			return C.cspm_builder_add_buffer(c, cBytes(data), C.size_t(len(data)), called, format, &options, op, cerr)
		})
	})
}

// AddNode adds one node. Adding an id again merges. Properties are scalars and lists of scalars.
func (b *Builder) AddNode(id string, kinds []string, properties map[string]any) error {
	labels, err := encodeJSON(kinds)
	if err != nil {
		return err
	}
	values, err := encodeProperties(properties)
	if err != nil {
		return err
	}
	return b.do(func(c *C.cspm_builder) error {
		var cerr *C.cspm_error
		return did(C.cspm_builder_add_node(c, cText(id), cLen(id), cText(labels), cLen(labels), cText(values), cLen(values), &cerr), cerr)
	})
}

// AddEdge adds one relationship; its ends are ids or aliases, and may be defined later or elsewhere.
func (b *Builder) AddEdge(from, kind, to string, properties map[string]any) error {
	values, err := encodeProperties(properties)
	if err != nil {
		return err
	}
	return b.do(func(c *C.cspm_builder) error {
		var cerr *C.cspm_error
		status := C.cspm_builder_add_edge(c, cText(from), cLen(from), cText(kind), cLen(kind), cText(to), cLen(to), cText(values), cLen(values), &cerr)
		return did(status, cerr)
	})
}

// Finish freezes the inventory, applies the rules (nil = none) and gives the graph. The builder is empty afterwards, whatever the outcome.
func (b *Builder) Finish(ctx context.Context, rules *Rules) (*Graph, error) {
	r, done, err := rules.borrow()
	if err != nil {
		return nil, err
	}
	defer done()
	var out *C.cspm_graph
	if err := b.do(func(c *C.cspm_builder) error {
		return run(ctx, b.engine, 0, func(op *C.cspm_op, cerr **C.cspm_error) C.int32_t {
			return C.cspm_builder_finish(c, r, op, &out, cerr)
		})
	}); err != nil {
		return nil, err
	}
	return newGraph(out, b.engine, rules.share()), nil
}

func encodeProperties(properties map[string]any) (string, error) {
	if properties == nil {
		return "{}", nil
	}
	return encodeJSON(properties)
}
