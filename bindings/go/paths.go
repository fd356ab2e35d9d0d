package cspmgraph

// #include <cspmgraph/cspmgraph.h>
import "C"

import (
	"context"
	"encoding/json"
)

// Route is one path between two sets of nodes.
type Route struct {
	Cost       float64 `json:"cost"`
	Likelihood float64 `json:"likelihood"`
	Steps      []Step  `json:"steps"`
}

// Routes are the best paths between two sets.
type Routes struct {
	Found     uint64
	Paths     []Route
	Truncated Truncated
}

// between is the options with two sets of nodes put in.
func between(from, to []Selector, o AnalyzeOptions) AnalyzeOptions {
	o.Entries, o.Targets = append(o.Entries[:len(o.Entries):len(o.Entries)], from...), append(o.Targets[:len(o.Targets):len(o.Targets)], to...)
	return o
}

// Paths finds the best simple paths between two sets of nodes, at most Top of them.
func (g *Graph) Paths(ctx context.Context, from, to []Selector, o AnalyzeOptions) (*Routes, error) {
	text, found, truncated, err := g.PathsText(ctx, from, to, o, "json")
	if err != nil {
		return nil, err
	}
	var answer struct{ Paths []Route }
	if err := json.Unmarshal(text, &answer); err != nil {
		return nil, &Error{Code: CodeInternal, Message: "the library's paths: " + err.Error()}
	}
	return &Routes{found, answer.Paths, truncated}, nil
}

// PathsText is Paths as text: "json" as the contract has it, or "table".
func (g *Graph) PathsText(ctx context.Context, from, to []Selector, o AnalyzeOptions, format string) (text []byte, found uint64, truncated Truncated, err error) {
	name, err := formatName(format)
	if err != nil {
		return nil, 0, 0, err
	}
	defer freeName(name)
	var out *C.cspm_buffer
	var n C.uint64_t
	var cut C.uint32_t
	err = g.asked(ctx, between(from, to, o), func(c *C.cspm_graph, rules *C.cspm_ruleset, request *C.cspm_request, op *C.cspm_op, cerr **C.cspm_error) C.int32_t {
		return C.cspm_paths_export(c, rules, request, name, op, &n, &cut, &out, cerr)
	})
	return takeBuffer(out), uint64(n), Truncated(cut), err
}

// PathRows is Paths as rows: rank, cost, likelihood, length, conditional, from, to, steps.
func (g *Graph) PathRows(ctx context.Context, from, to []Selector, o AnalyzeOptions) (*Rows, error) {
	var out *C.cspm_cursor
	if err := g.asked(ctx, between(from, to, o), func(c *C.cspm_graph, rules *C.cspm_ruleset, request *C.cspm_request, op *C.cspm_op, cerr **C.cspm_error) C.int32_t {
		return C.cspm_paths_find(c, rules, request, op, &out, cerr)
	}); err != nil {
		return nil, err
	}
	return newRows(out, nil), nil
}

// CountPaths counts the simple paths between two sets within MaxLength. When counting would pass the budget the number is an estimate, never below the
// exact one.
func (g *Graph) CountPaths(ctx context.Context, from, to []Selector, o AnalyzeOptions) (count uint64, estimated bool, err error) {
	var n C.uint64_t
	var guess C.int32_t
	err = g.asked(ctx, between(from, to, o), func(c *C.cspm_graph, rules *C.cspm_ruleset, request *C.cspm_request, op *C.cspm_op, cerr **C.cspm_error) C.int32_t {
		return C.cspm_paths_count(c, rules, request, op, &n, &guess, cerr)
	})
	return uint64(n), guess != 0, err
}

// ChokePoints finds the choke points between two sets, without a whole analysis.
func (g *Graph) ChokePoints(ctx context.Context, from, to []Selector, o AnalyzeOptions) ([]ChokePoint, error) {
	rows, err := g.ChokePointRows(ctx, from, to, o)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []ChokePoint
	for rows.Next() {
		row := rows.Row()
		text := func(name string) string { s, _ := row.Get(name).(string); return s }
		count := func(name string) uint64 { n, _ := row.Get(name).(int64); return uint64(n) }
		one := ChokePoint{Node: text("node"), Paths: count("paths"), Targets: count("targets"), Entries: count("entries")}
		one.CutsAll, _ = row.Get("cuts_all").(bool)
		if one.Node == "" {
			one.Edge = &[3]string{text("from"), text("kind"), text("to")}
		}
		out = append(out, one)
	}
	return out, rows.Err()
}

// ChokePointRows is ChokePoints as rows: node, from, kind, to, paths, targets, entries, cuts_all.
func (g *Graph) ChokePointRows(ctx context.Context, from, to []Selector, o AnalyzeOptions) (*Rows, error) {
	var out *C.cspm_cursor
	if err := g.asked(ctx, between(from, to, o), func(c *C.cspm_graph, rules *C.cspm_ruleset, request *C.cspm_request, op *C.cspm_op, cerr **C.cspm_error) C.int32_t {
		return C.cspm_choke_points(c, rules, request, op, &out, cerr)
	}); err != nil {
		return nil, err
	}
	return newRows(out, nil), nil
}
