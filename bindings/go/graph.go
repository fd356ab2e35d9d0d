package cspmgraph

// #include <cspmgraph/cspmgraph.h>
import "C"

import (
	"context"
	"errors"
	"sync"
	"unsafe"
)

// LoadOptions say how inputs are read. The zero value recognises dialects by content, and applies the rules that ship with the library.
type LoadOptions struct {
	Engine        *Engine
	Rules         *Rules // nil = the built-in ones
	InventoryOnly bool   // apply no rules
	Format        string // name of a dialect; "" = recognise by content
	KeepGoing     bool   // skip malformed content of a recognised dialect, with a diagnostic
}

// Graph is a security graph: immutable, shared by any number of goroutines.
type Graph struct {
	h      *handle
	engine *Engine
	rules  *Rules // nil = inventory only
	scored bool   // its nodes have riskScore already
	risk   riskGraph
}

// riskGraph is the same graph with riskScore, riskLevel and attackPaths on its nodes, made when a query first asks for them.
type riskGraph struct {
	turn  chan struct{} // one token: who holds it may make the graph
	mu    sync.Mutex
	graph *Graph
}

func newGraph(c *C.cspm_graph, e *Engine, rules *Rules) *Graph {
	g := &Graph{engine: e, rules: rules}
	g.h = newHandle(unsafe.Pointer(c), "graph", func(p unsafe.Pointer) { C.cspm_graph_unref((*C.cspm_graph)(p)) })
	g.risk.turn = make(chan struct{}, 1)
	return g
}

// Load reads files, directories, archives, compressed files and snapshots into one graph and applies rules to it. A lone snapshot under the
// built-in rules is used as it is.
func Load(ctx context.Context, paths []string, o LoadOptions) (*Graph, error) {
	if len(paths) == 0 {
		return nil, usage("no input")
	}
	if len(paths) == 1 && o.Rules == nil && !o.InventoryOnly && o.Format == "" {
		g, err := OpenWith(ctx, paths[0], o)
		if err == nil || errors.Is(err, ErrCancelled) || ctx.Err() != nil {
			return g, err
		}
		// Not a snapshot, or not a good one: the general reader says which.
	}
	b, err := NewBuilder(o.Engine)
	if err != nil {
		return nil, err
	}
	defer b.Close()
	for _, path := range paths {
		if err := b.AddPath(ctx, path, o); err != nil {
			return nil, err
		}
	}
	rules := o.Rules
	if rules == nil && !o.InventoryOnly {
		if rules, err = BuiltinRules(o.Engine); err != nil {
			return nil, err
		}
		defer rules.Close()
	}
	return b.Finish(ctx, rules)
}

// Open opens a snapshot, derived layers included.
func Open(ctx context.Context, path string) (*Graph, error) {
	return OpenWith(ctx, path, LoadOptions{})
}

// OpenWith is Open with an engine of the caller's, and the rules analyses of the graph use.
func OpenWith(ctx context.Context, path string, o LoadOptions) (*Graph, error) {
	e, err := orShared(o.Engine)
	if err != nil {
		return nil, err
	}
	p, err := e.h.acquire()
	if err != nil {
		return nil, err
	}
	defer e.h.release()
	rules := o.Rules.share()
	if rules == nil {
		if rules, err = BuiltinRules(o.Engine); err != nil {
			return nil, err
		}
	}
	var out *C.cspm_graph
	err = run(ctx, e, 0, func(op *C.cspm_op, cerr **C.cspm_error) C.int32_t {
		return C.cspm_graph_open((*C.cspm_context)(p), cText(path), cLen(path), op, &out, cerr)
	})
	if err != nil {
		rules.Close()
		return nil, err
	}
	return newGraph(out, e, rules), nil
}

// Close lets go of the graph. Rows and analyses made from it stay valid.
func (g *Graph) Close() error {
	g.h.close()
	g.risk.mu.Lock()
	defer g.risk.mu.Unlock()
	if g.risk.graph != nil {
		g.risk.graph.Close()
		g.risk.graph = nil
	}
	return nil
}

func (g *Graph) acquire() (*C.cspm_graph, error) {
	p, err := g.h.acquire()
	return (*C.cspm_graph)(p), err
}

func (g *Graph) count(f func(*C.cspm_graph) C.uint64_t) uint64 {
	c, err := g.acquire()
	if err != nil {
		return 0
	}
	defer g.h.release()
	return uint64(f(c))
}

// NodeCount is the number of nodes; 0 when the graph is closed.
func (g *Graph) NodeCount() uint64 {
	return g.count(func(c *C.cspm_graph) C.uint64_t { return C.cspm_graph_node_count(c) })
}

// EdgeCount is the number of relationships as queries see them; 0 when the graph is closed.
func (g *Graph) EdgeCount() uint64 {
	return g.count(func(c *C.cspm_graph) C.uint64_t { return C.cspm_graph_edge_count(c) })
}

// DerivedCount is the number of those that rules and hosts derived.
func (g *Graph) DerivedCount() uint64 {
	return g.count(func(c *C.cspm_graph) C.uint64_t { return C.cspm_graph_derived_count(c) })
}

// FindNode gives the number of the node with an id or alias; the error is ErrNotFound when there is none. Numbers hold for this graph and graphs
// derived from it.
func (g *Graph) FindNode(key string) (uint32, error) {
	c, err := g.acquire()
	if err != nil {
		return 0, err
	}
	defer g.h.release()
	var node C.uint32_t
	status := C.cspm_graph_find_node(c, cText(key), cLen(key), &node)
	if status == C.CSPM_E_NOTFOUND {
		return 0, &Error{Code: CodeNotFound, Message: "no node is called '" + printable(key) + "'"}
	}
	return uint32(node), did(status, nil)
}

// NodeID gives the id of a node; "" when there is no such node.
func (g *Graph) NodeID(node uint32) string {
	c, err := g.acquire()
	if err != nil {
		return ""
	}
	defer g.h.release()
	var n C.size_t
	p := C.cspm_graph_node_id(c, C.uint32_t(node), &n)
	return C.GoStringN(p, C.int(n))
}

// Node gives one node with its kinds and properties.
func (g *Graph) Node(node uint32) (*Node, error) {
	c, err := g.acquire()
	if err != nil {
		return nil, err
	}
	defer g.h.release()
	var out *C.cspm_buffer
	var cerr *C.cspm_error
	if err := did(C.cspm_graph_node_json(c, C.uint32_t(node), &out, &cerr), cerr); err != nil {
		return nil, err
	}
	value, err := decodeValue(takeBuffer(out))
	if err != nil {
		return nil, err
	}
	return nodeOf(value), nil
}

// Save writes a snapshot, to a temporary file in the same folder that is then renamed. The same graph gives the same bytes.
func (g *Graph) Save(ctx context.Context, path string) error {
	c, err := g.acquire()
	if err != nil {
		return err
	}
	defer g.h.release()
	return run(ctx, g.engine, 0, func(op *C.cspm_op, cerr **C.cspm_error) C.int32_t {
		return C.cspm_graph_save(c, cText(path), cLen(path), op, cerr)
	})
}

// Derive applies other rules to the same inventory, which is shared and not copied; nil = inventory only.
func (g *Graph) Derive(ctx context.Context, rules *Rules) (*Graph, error) {
	c, err := g.acquire()
	if err != nil {
		return nil, err
	}
	defer g.h.release()
	r, done, err := rules.borrow()
	if err != nil {
		return nil, err
	}
	defer done()
	var out *C.cspm_graph
	if err := run(ctx, g.engine, 0, func(op *C.cspm_op, cerr **C.cspm_error) C.int32_t {
		return C.cspm_graph_derive(c, r, op, &out, cerr)
	}); err != nil {
		return nil, err
	}
	return newGraph(out, g.engine, rules.share()), nil
}

// WithLabel gives a graph in which the given nodes also carry a label; everything below is shared.
func (g *Graph) WithLabel(ctx context.Context, label string, nodes []uint32) (*Graph, error) {
	c, err := g.acquire()
	if err != nil {
		return nil, err
	}
	defer g.h.release()
	var out *C.cspm_graph
	numbers := (*C.uint32_t)(unsafe.Pointer(unsafe.SliceData(nodes)))
	if err := run(ctx, g.engine, 0, func(op *C.cspm_op, cerr **C.cspm_error) C.int32_t {
		return C.cspm_graph_with_labels(c, cText(label), cLen(label), numbers, C.uint64_t(len(nodes)), op, &out, cerr)
	}); err != nil {
		return nil, err
	}
	return newGraph(out, g.engine, g.rules.share()), nil
}

// GraphTable is a part of a graph as a table.
type GraphTable uint32

// Parts of a graph.
const (
	TableNodes       GraphTable = C.CSPM_TABLE_NODES
	TableEdges       GraphTable = C.CSPM_TABLE_EDGES
	TableDiagnostics GraphTable = C.CSPM_TABLE_DIAGNOSTICS
	TableSchema      GraphTable = C.CSPM_TABLE_SCHEMA
	TableSources     GraphTable = C.CSPM_TABLE_SOURCES
)

// Table gives a part of the graph as rows.
func (g *Graph) Table(table GraphTable) (*Rows, error) {
	c, err := g.acquire()
	if err != nil {
		return nil, err
	}
	defer g.h.release()
	var out *C.cspm_cursor
	var cerr *C.cspm_error
	if err := did(C.cspm_graph_table(c, C.uint32_t(table), &out, &cerr), cerr); err != nil {
		return nil, err
	}
	return newRows(out, nil), nil
}

// Export gives the graph in another format; see GraphFormats.
func (g *Graph) Export(ctx context.Context, format string) ([]byte, error) {
	c, err := g.acquire()
	if err != nil {
		return nil, err
	}
	defer g.h.release()
	name, err := formatName(format)
	if err != nil {
		return nil, err
	}
	defer freeName(name)
	var out *C.cspm_buffer
	if err := run(ctx, g.engine, 0, func(op *C.cspm_op, cerr **C.cspm_error) C.int32_t {
		return C.cspm_graph_export(c, name, op, &out, cerr)
	}); err != nil {
		return nil, err
	}
	return takeBuffer(out), nil
}

// formatName is a format's name for C, where "" is no name rather than none.
func formatName(format string) (*C.char, error) {
	if format == "" {
		return nil, usage("no format is named")
	}
	return cName(format, "the format")
}

// Rules are those the graph was made by, for as long as the graph is open; nil = it is inventory only. Do not close them.
func (g *Graph) Rules() *Rules { return g.rules }

// withRisk gives the graph whose nodes have riskScore, riskLevel and attackPaths, borrowed from g.
func (g *Graph) withRisk(ctx context.Context) (*Graph, error) {
	select {
	case g.risk.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, contextError(ctx.Err())
	}
	defer func() { <-g.risk.turn }()
	g.risk.mu.Lock()
	made := g.risk.graph
	g.risk.mu.Unlock()
	if made != nil {
		return made, nil
	}
	a, err := g.Analyze(ctx, AnalyzeOptions{NoFixes: true})
	if err != nil {
		return nil, err
	}
	defer a.Close()
	made, err = a.Graph()
	if err != nil {
		return nil, err
	}
	if a.Truncated() != 0 { // a part is no answer for later callers
		return made, nil
	}
	g.risk.mu.Lock()
	defer g.risk.mu.Unlock()
	if g.h.isClosed() {
		return nil, closedError("graph")
	}
	g.risk.graph = made
	return made, nil
}
