package cspmgraph

// #include <cspmgraph/cspmgraph.h>
import "C"

import (
	"context"
	"encoding/json"
	"sync"
	"time"
	"unsafe"
)

// Selector names nodes: see ByID, ByLabel and ByQuery.
type Selector struct {
	text  string
	query bool
}

// ByID is the node with an id or alias.
func ByID(id string) Selector { return Selector{text: id} }

// ByLabel is every node with a label.
func ByLabel(label string) Selector { return Selector{text: "label:" + label} }

// ByQuery is the nodes a query of the graph form returns in its one column.
func ByQuery(text string) Selector { return Selector{text: text, query: true} }

// ByIDs is several nodes by id or alias.
func ByIDs(ids ...string) []Selector {
	out := make([]Selector, len(ids))
	for i, id := range ids {
		out[i] = ByID(id)
	}
	return out
}

// AnalyzeOptions shape an analysis or a search for paths. The zero value takes entries and targets from the rules, and the library's defaults.
type AnalyzeOptions struct {
	Top                uint32 // listed paths; 0 = 50
	MaxLength          uint32 // hops; 0 = 10
	MaxFixes           uint32 // 0 = 10
	AssumeBreach       bool   // entry points inside too
	ExcludeConditional bool   // leave out relationships whose condition could not be decided
	NoFixes            bool
	MaxWork            uint64
	MaxPaths           uint64
	Now                time.Time     // the clock; zero = the system's
	Timeout            time.Duration // an analysis that takes longer gives what it has, marked truncated
	Entries            []Selector
	Targets            []Selector
	Waypoints          []Selector
	ExcludeKinds       []string // relationship kinds left out of every path
	Weight             string   // what makes a path short: "" = likelihood, "hops", or a numeric relationship property
	Rules              *Rules   // nil = those the graph was made by; the built-in ones for an inventory
}

// request makes the library's form of the options. The caller frees it.
func (g *Graph) request(o *AnalyzeOptions) (*C.cspm_request, error) {
	e, err := g.engine.h.acquire()
	if err != nil {
		return nil, err
	}
	defer g.engine.h.release()
	var c C.cspm_request_options
	C.cspm_request_options_init(&c, C.uint32_t(unsafe.Sizeof(c)))
	for flag, on := range map[C.uint32_t]bool{C.CSPM_REQUEST_ASSUME_BREACH: o.AssumeBreach, C.CSPM_REQUEST_EXCLUDE_CONDITIONAL: o.ExcludeConditional,
		C.CSPM_REQUEST_NO_FIXES: o.NoFixes} {
		if on {
			c.flags |= flag
		}
	}
	c.top, c.max_length, c.max_fixes = C.uint32_t(o.Top), C.uint32_t(o.MaxLength), C.uint32_t(o.MaxFixes)
	c.max_work, c.max_paths = C.uint64_t(o.MaxWork), C.uint64_t(o.MaxPaths)
	if !o.Now.IsZero() {
		c.now_us = C.int64_t(o.Now.UnixMicro())
	}
	var r *C.cspm_request
	var cerr *C.cspm_error
	if err := did(C.cspm_request_new((*C.cspm_context)(e), &c, &r, &cerr), cerr); err != nil {
		return nil, err
	}
	if err := fillRequest(r, o); err != nil {
		C.cspm_request_free(r)
		return nil, err
	}
	return r, nil
}

func fillRequest(r *C.cspm_request, o *AnalyzeOptions) error {
	var cerr *C.cspm_error
	for set, selectors := range [...][]Selector{C.CSPM_SET_ENTRIES: o.Entries, C.CSPM_SET_TARGETS: o.Targets, C.CSPM_SET_WAYPOINTS: o.Waypoints} {
		for _, s := range selectors {
			var status C.int32_t
			if s.query {
				status = C.cspm_request_add_query(r, C.uint32_t(set), cText(s.text), cLen(s.text), &cerr)
			} else {
				status = C.cspm_request_add_id(r, C.uint32_t(set), cText(s.text), cLen(s.text), &cerr)
			}
			if status != C.CSPM_OK {
				return takeError(status, cerr)
			}
		}
	}
	for _, kind := range o.ExcludeKinds {
		if status := C.cspm_request_exclude_kind(r, cText(kind), cLen(kind), &cerr); status != C.CSPM_OK {
			return takeError(status, cerr)
		}
	}
	if o.Weight != "" {
		weight := o.Weight
		if weight == "hops" {
			weight = ""
		}
		return did(C.cspm_request_set_weight(r, cText(weight), cLen(weight), &cerr), cerr)
	}
	return nil
}

// asked holds what calls over a graph, its rules and a request need.
func (g *Graph) asked(ctx context.Context, o AnalyzeOptions, call func(*C.cspm_graph, *C.cspm_ruleset, *C.cspm_request, *C.cspm_op, **C.cspm_error) C.int32_t) error {
	c, err := g.acquire()
	if err != nil {
		return err
	}
	defer g.h.release()
	set := o.Rules
	if set == nil {
		set = g.rules
	}
	if set == nil { // inventory only: the built-in rules say what its kinds mean
		if set, err = BuiltinRules(g.engine); err != nil {
			return err
		}
		defer set.Close()
	}
	rules, done, err := set.borrow()
	if err != nil {
		return err
	}
	defer done()
	request, err := g.request(&o)
	if err != nil {
		return err
	}
	defer C.cspm_request_free(request)
	return run(ctx, g.engine, o.Timeout, func(op *C.cspm_op, cerr **C.cspm_error) C.int32_t { return call(c, rules, request, op, cerr) })
}

// Analysis is attack paths, patterns, choke points and verified fixes of a graph.
type Analysis struct {
	h      *handle
	engine *Engine
	rules  *Rules
	report func() (*Report, error)
}

// Analyze finds attack paths, patterns, choke points and fixes.
func (g *Graph) Analyze(ctx context.Context, o AnalyzeOptions) (*Analysis, error) {
	var out *C.cspm_analysis
	if err := g.asked(ctx, o, func(c *C.cspm_graph, rules *C.cspm_ruleset, request *C.cspm_request, op *C.cspm_op, cerr **C.cspm_error) C.int32_t {
		return C.cspm_analyze(c, rules, request, op, &out, cerr)
	}); err != nil {
		return nil, err
	}
	rules := o.Rules
	if rules == nil {
		rules = g.rules
	}
	return newAnalysis(out, g.engine, rules.share()), nil
}

func newAnalysis(c *C.cspm_analysis, e *Engine, rules *Rules) *Analysis {
	a := &Analysis{engine: e, rules: rules}
	a.h = newHandle(unsafe.Pointer(c), "analysis", func(p unsafe.Pointer) { C.cspm_analysis_unref((*C.cspm_analysis)(p)) })
	a.report = sync.OnceValues(a.decode)
	return a
}

// Close lets go of the analysis. Tables and graphs made from it stay valid.
func (a *Analysis) Close() error {
	a.h.close()
	return nil
}

// Clone gives a handle of its own on the same analysis.
func (a *Analysis) Clone() (*Analysis, error) {
	p, err := a.h.acquire()
	if err != nil {
		return nil, err
	}
	defer a.h.release()
	return newAnalysis(C.cspm_analysis_ref((*C.cspm_analysis)(p)), a.engine, a.rules.share()), nil
}

// Graph gives the graph of the analysis: the one given, with riskScore, riskLevel and attackPaths on its nodes. It is the caller's to close.
func (a *Analysis) Graph() (*Graph, error) {
	p, err := a.h.acquire()
	if err != nil {
		return nil, err
	}
	defer a.h.release()
	g := newGraph(C.cspm_graph_ref(C.cspm_analysis_graph((*C.cspm_analysis)(p))), a.engine, a.rules.share())
	g.scored = true
	return g, nil
}

// Level is how bad an attack path is.
type Level uint32

// Levels.
const (
	LevelNone     Level = C.CSPM_LEVEL_NONE
	LevelLow      Level = C.CSPM_LEVEL_LOW
	LevelMedium   Level = C.CSPM_LEVEL_MEDIUM
	LevelHigh     Level = C.CSPM_LEVEL_HIGH
	LevelCritical Level = C.CSPM_LEVEL_CRITICAL
)

// Count is the number of attack paths of a level, before Top cuts the list; 0 when the analysis is closed.
func (a *Analysis) Count(level Level) uint64 {
	p, err := a.h.acquire()
	if err != nil {
		return 0
	}
	defer a.h.release()
	return uint64(C.cspm_analysis_count((*C.cspm_analysis)(p), C.uint32_t(level)))
}

// Truncated says which limits cut the analysis short.
func (a *Analysis) Truncated() Truncated {
	p, err := a.h.acquire()
	if err != nil {
		return 0
	}
	defer a.h.release()
	return Truncated(C.cspm_analysis_truncated((*C.cspm_analysis)(p)))
}

// AnalysisTable is a part of an analysis as a table.
type AnalysisTable uint32

// Parts of an analysis.
const (
	AnalysisPaths       AnalysisTable = C.CSPM_ANALYSIS_PATHS
	AnalysisSteps       AnalysisTable = C.CSPM_ANALYSIS_STEPS
	AnalysisPatterns    AnalysisTable = C.CSPM_ANALYSIS_PATTERNS
	AnalysisChokePoints AnalysisTable = C.CSPM_ANALYSIS_CHOKE_POINTS
	AnalysisFixes       AnalysisTable = C.CSPM_ANALYSIS_FIXES
	AnalysisNodes       AnalysisTable = C.CSPM_ANALYSIS_NODES
	AnalysisDiagnostics AnalysisTable = C.CSPM_ANALYSIS_DIAGNOSTICS
)

// Table gives a part of the analysis as rows.
func (a *Analysis) Table(table AnalysisTable) (*Rows, error) {
	p, err := a.h.acquire()
	if err != nil {
		return nil, err
	}
	defer a.h.release()
	var out *C.cspm_cursor
	var cerr *C.cspm_error
	if err := did(C.cspm_analysis_table((*C.cspm_analysis)(p), C.uint32_t(table), &out, &cerr), cerr); err != nil {
		return nil, err
	}
	return newRows(out, nil), nil
}

// ExportOptions shape the format "table".
type ExportOptions struct {
	Colour bool
	Width  uint32 // columns of the terminal; 0 = 100
}

// Export gives the analysis in a format; see AnalysisFormats.
func (a *Analysis) Export(ctx context.Context, format string, o ExportOptions) ([]byte, error) {
	p, err := a.h.acquire()
	if err != nil {
		return nil, err
	}
	defer a.h.release()
	name, err := formatName(format)
	if err != nil {
		return nil, err
	}
	defer freeName(name)
	options := C.cspm_export_options{struct_size: C.uint32_t(unsafe.Sizeof(C.cspm_export_options{})), width: C.uint32_t(o.Width)}
	if o.Colour {
		options.colour = 1
	}
	var out *C.cspm_buffer
	if err := run(ctx, a.engine, 0, func(op *C.cspm_op, cerr **C.cspm_error) C.int32_t {
		return C.cspm_analysis_export((*C.cspm_analysis)(p), name, &options, op, &out, cerr)
	}); err != nil {
		return nil, err
	}
	return takeBuffer(out), nil
}

// JSON gives the whole analysis in the schema cspmgraph/analysis/1.
func (a *Analysis) JSON(ctx context.Context) ([]byte, error) {
	return a.Export(ctx, "json", ExportOptions{})
}

func (a *Analysis) decode() (*Report, error) {
	text, err := a.JSON(context.Background())
	if err != nil {
		return nil, err
	}
	var r Report
	if err := json.Unmarshal(text, &r); err != nil {
		return nil, &Error{Code: CodeInternal, Message: "the library's analysis: " + err.Error()}
	}
	return &r, nil
}

// Report gives everything the analysis found, read once and shared: do not change it.
func (a *Analysis) Report() (*Report, error) {
	if a.h.isClosed() {
		return nil, closedError("analysis")
	}
	return a.report()
}

// Paths are the listed attack paths, worst first.
func (a *Analysis) Paths() ([]AttackPath, error) {
	return part(a, func(r *Report) []AttackPath { return r.AttackPaths })
}

// Patterns are groups of attack paths of one shape.
func (a *Analysis) Patterns() ([]Pattern, error) {
	return part(a, func(r *Report) []Pattern { return r.Patterns })
}

// ChokePoints are nodes and relationships many paths pass.
func (a *Analysis) ChokePoints() ([]ChokePoint, error) {
	return part(a, func(r *Report) []ChokePoint { return r.ChokePoints })
}

// Fixes are changes that close paths.
func (a *Analysis) Fixes() ([]Fix, error) { return part(a, func(r *Report) []Fix { return r.Fixes }) }

// Diagnostics are what the inputs left to be desired.
func (a *Analysis) Diagnostics() ([]Diagnostic, error) {
	return part(a, func(r *Report) []Diagnostic { return r.Diagnostics })
}

func part[T any](a *Analysis, of func(*Report) []T) ([]T, error) {
	r, err := a.Report()
	if err != nil {
		return nil, err
	}
	return of(r), nil
}
