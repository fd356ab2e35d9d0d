package cspmgraph

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"
)

var ctx = context.Background()

const people = `{"graph": {"nodes": [
 {"id": "u1", "kinds": ["User"], "properties": {"name": "alice", "age": 41, "score": 1.5, "tags": ["a", "b"], "active": true}},
 {"id": "u2", "kinds": ["User"], "properties": {"name": "bob", "age": 17}},
 {"id": "g1", "kinds": ["Group"], "properties": {"name": "admins"}}],
 "edges": [{"kind": "MemberOf", "start": {"value": "u1"}, "end": {"value": "g1"}, "properties": {"since": 2020}},
           {"kind": "Knows", "start": {"value": "u2"}, "end": {"value": "u1"}}]}}`

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// must fails the test with the error of a call.
func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		check(t, err)
		return v
	}
}

func wants(t testing.TB, err, kind error) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Fatalf("got %v, want %v", err, kind)
	}
}

// loaded is a graph of a text, without rules.
func loaded(t testing.TB, text string) *Graph {
	t.Helper()
	path := filepath.Join(t.TempDir(), "input.json")
	check(t, os.WriteFile(path, []byte(text), 0o600))
	g := must(Load(ctx, []string{path}, LoadOptions{InventoryOnly: true}))(t)
	t.Cleanup(func() { g.Close() })
	return g
}

// chain is n nodes in a row, each with a number.
func chain(t testing.TB, n int) *Graph {
	t.Helper()
	b := must(NewBuilder(nil))(t)
	defer b.Close()
	for i := range n {
		check(t, b.AddNode(name(i), []string{"N"}, map[string]any{"i": i, "half": float64(i) / 2, "even": i%2 == 0, "group": []string{"red", "green", "blue"}[i%3]}))
		if i > 0 {
			check(t, b.AddEdge(name(i-1), "NEXT", name(i), nil))
		}
	}
	g := must(b.Finish(ctx, nil))(t)
	t.Cleanup(func() { g.Close() })
	return g
}

func name(i int) string {
	const digits = "0123456789"
	return "n" + string([]byte{digits[i/1000000%10], digits[i/100000%10], digits[i/10000%10], digits[i/1000%10], digits[i/100%10], digits[i/10%10], digits[i%10]})
}

func estate(t testing.TB) *Graph {
	t.Helper()
	g := must(Load(ctx, []string{"../../examples/data/opengraph/estate"}, LoadOptions{}))(t)
	t.Cleanup(func() { g.Close() })
	return g
}

func TestMistakesAreExplained(t *testing.T) {
	g := loaded(t, people)
	_, err := g.Query(ctx, "MATCH (n RETURN n", nil)
	wants(t, err, ErrQuery)
	var e *Error
	if !errors.As(err, &e) || e.Code != CodeQuery || e.Line != 1 || e.Column != 10 || e.Message == "" {
		t.Fatalf("no place: %+v", e)
	}
	if errors.Is(err, ErrInput) || errors.Is(err, ErrLimit) {
		t.Fatal("a mistake in a query is neither an input's nor a limit's")
	}
	_, err = g.Query(ctx, "MATCH (n) WHERE n.x = $missing RETURN n", nil)
	wants(t, err, ErrQuery)
	_, err = Load(ctx, []string{"/nowhere/at/all"}, LoadOptions{})
	wants(t, err, ErrInput)
	_, err = Load(ctx, nil, LoadOptions{})
	wants(t, err, ErrInvalid)
	_, err = Open(ctx, "cspmgraph_test.go")
	wants(t, err, ErrInput)
	_, err = g.FindNode("nobody")
	wants(t, err, ErrNotFound)
	_, err = g.Export(ctx, "no-such-format")
	wants(t, err, ErrUnsupported)
	_, err = g.QueryWith(ctx, "MATCH (n) RETURN n", nil, QueryOptions{MaxMemoryBytes: 1})
	if err != nil {
		wants(t, err, ErrLimit)
	}
}

func TestValues(t *testing.T) {
	g := loaded(t, people)
	rows := must(g.Query(ctx, "MATCH (n:User)-[r:MemberOf]->(g) RETURN n, r, n.age, n.score, n.tags, n.active, g.nothing, n.name, {a: [1, 2.0]}, datetime('2020-01-02T03:04:05Z'), "+
		"date('2020-01-02')", nil))(t)
	got := must(rows.Collect())(t)
	want := []any{
		&Node{"u1", []string{"User"}, map[string]any{"name": "alice", "age": int64(41), "score": 1.5, "tags": []any{"a", "b"}, "active": true}},
		&Relationship{"MemberOf", "u1", "g1", map[string]any{"since": int64(2020)}},
		int64(41), 1.5, []any{"a", "b"}, true, nil, "alice", map[string]any{"a": []any{int64(1), 2.0}},
		"2020-01-02T03:04:05Z", "2020-01-02", // computed: their column has no single type
	}
	if len(got) != 1 {
		t.Fatalf("%d rows", len(got))
	}
	for i := range want {
		if !reflect.DeepEqual(got[0][i], want[i]) {
			t.Errorf("column %d: got %#v, want %#v", i, got[0][i], want[i])
		}
	}
	rows = must(g.Query(ctx, "MATCH p = (:User {name: 'bob'})-[*]->() RETURN p ORDER BY length(p) DESC LIMIT 1", nil))(t)
	defer rows.Close()
	var p *Path
	if !rows.Next() {
		t.Fatal("no path: ", rows.Err())
	}
	check(t, rows.Scan(&p))
	if len(p.Nodes) != 3 || p.Nodes[0].ID != "u2" || p.Nodes[2].ID != "g1" || len(p.Relationships) != 2 || p.Relationships[1].Kind != "MemberOf" {
		t.Errorf("path: %+v", p)
	}
}

func TestParams(t *testing.T) {
	g := loaded(t, people)
	for _, one := range []struct{ given, want any }{
		{true, true}, {7, int64(7)}, {int64(-7), int64(-7)}, {uint8(7), int64(7)}, {2.0, 2.0}, {"a'b\x00\"c", "a'b\x00\"c"}, {nil, nil},
		{[]int{1, 2}, []any{int64(1), int64(2)}}, {[]float64{1, 2.5}, []any{1.0, 2.5}}, {map[string]any{"a": "b", "c": nil}, map[string]any{"a": "b", "c": nil}},
		{[]string{"\u202e<script>"}, []any{"\u202e<script>"}},
	} {
		rows, err := g.Query(ctx, "RETURN $v", Params{"v": one.given})
		check(t, err)
		got := must(rows.Collect())(t)
		if len(got) != 1 || !reflect.DeepEqual(got[0][0], one.want) {
			t.Errorf("%#v came back as %#v", one.given, got)
		}
	}
	for _, bad := range []any{make(chan int), []any{make(chan int)}, map[int]string{1: "a"}, "\xff", []string{"\xff"}, uint64(1) << 63, struct{}{}} {
		if _, err := g.Query(ctx, "RETURN $v", Params{"v": bad}); !errors.Is(err, ErrInvalid) {
			t.Errorf("%T: %v", bad, err)
		}
	}
}

func TestAnalyze(t *testing.T) {
	g := estate(t)
	a := must(g.Analyze(ctx, AnalyzeOptions{Top: 5, Now: time.Unix(1764547200, 0)}))(t)
	defer a.Close()
	r := must(a.Report())(t)
	if r.Schema != "cspmgraph/analysis/1" || len(r.AttackPaths) == 0 || len(r.AttackPaths) > 5 || r.Truncated != nil {
		t.Fatalf("%s: %d paths", r.Schema, len(r.AttackPaths))
	}
	total := uint64(0)
	for level, name := range map[Level]string{LevelLow: "Low", LevelMedium: "Medium", LevelHigh: "High", LevelCritical: "Critical"} {
		total += a.Count(level)
		if a.Count(level) != r.Summary.ByLevel[name] {
			t.Errorf("%s: %d and %d", name, a.Count(level), r.Summary.ByLevel[name])
		}
	}
	if total != r.Summary.AttackPaths || len(r.Patterns) == 0 || len(r.ChokePoints) == 0 || len(r.Fixes) == 0 {
		t.Errorf("%d counted, summary %+v, %d patterns, %d choke points, %d fixes", total, r.Summary, len(r.Patterns), len(r.ChokePoints), len(r.Fixes))
	}
	for _, format := range AnalysisFormats() {
		if text, err := a.Export(ctx, format, ExportOptions{Width: 80}); err != nil || len(text) == 0 {
			t.Errorf("%s: %d bytes, %v", format, len(text), err)
		}
	}
	// A query that asks for risk sees it, without an analysis of the caller's own.
	rows := must(must(g.Query(ctx, "MATCH (n) WHERE n.attackPaths > 0 RETURN count(n)", nil))(t).Collect())(t)
	if rows[0][0].(int64) == 0 {
		t.Error("no node has attack paths")
	}
}
