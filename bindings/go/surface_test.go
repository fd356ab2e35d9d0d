package cspmgraph_test

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
	"unsafe"

	"cspmgraph"
	"cspmgraph/internal/hostfunc"
)

var ctx = context.Background()

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		check(t, err)
		return v
	}
}

func small(t testing.TB) *cspmgraph.Graph {
	b := must(cspmgraph.NewBuilder(nil))(t)
	defer b.Close()
	check(t, b.AddNode("a", []string{"User", "Person"}, map[string]any{"name": "alice", "tenant": "one", "n": 1, "x": 1.5, "on": true}))
	check(t, b.AddNode("b", []string{"User"}, map[string]any{"name": "bob", "tenant": "two", "n": 2, "x": 2.5}))
	check(t, b.AddNode("c", []string{"Group"}, map[string]any{"name": "admins", "tenant": "one"}))
	check(t, b.AddEdge("a", "MemberOf", "c", map[string]any{"since": 2020}))
	check(t, b.AddEdge("b", "Owns", "a", nil))
	g := must(b.Finish(ctx, must(cspmgraph.BuiltinRules(nil))(t)))(t)
	t.Cleanup(func() { g.Close() })
	return g
}

func all(t testing.TB, g *cspmgraph.Graph, text string, l *cspmgraph.Language) [][]any {
	t.Helper()
	return must(must(g.QueryWith(ctx, text, nil, cspmgraph.QueryOptions{Language: l}))(t).Collect())(t)
}

func TestColumns(t *testing.T) {
	g := small(t)
	rows := must(g.Query(ctx, "MATCH (u:User) RETURN u, toInteger(u.n) AS n, toFloat(u.x) AS x, u.on = true AS on, elementId(u) AS name, u.nothing AS gone ORDER BY name", nil))(t)
	defer rows.Close()
	if got := rows.Columns(); !reflect.DeepEqual(got, []string{"u", "n", "x", "on", "name", "gone"}) {
		t.Fatal(got)
	}
	b := must(rows.NextBatch())(t)
	defer b.Close()
	column := func(i int) *cspmgraph.Column { return must(b.Column(i))(t) }
	if got := must(column(0).Nodes())(t); !reflect.DeepEqual(got, []uint32{0, 1}) {
		t.Error(got)
	}
	if got := must(column(1).Int64s())(t); !reflect.DeepEqual(got, []int64{1, 2}) {
		t.Error(got)
	}
	if got := must(column(2).CopyFloat64s())(t); !reflect.DeepEqual(got, []float64{1.5, 2.5}) {
		t.Error(got)
	}
	on := column(3)
	if got := must(on.Bools())(t); !got[0] || on.NullCount() != 1 || !on.Valid(0) || on.Valid(1) || on.Valid(2) || on.Valid(-1) {
		t.Error(got)
	}
	if got := must(column(4).Strings())(t); !reflect.DeepEqual(got, []string{"a", "b"}) {
		t.Error(got)
	}
	if got := must(column(5).Valids())(t); !reflect.DeepEqual(got, []bool{false, false}) {
		t.Error(got)
	}
	if _, err := column(1).Float64s(); !errors.Is(err, cspmgraph.ErrInvalid) {
		t.Error("integers were given as floats")
	}
	if _, err := b.Column(6); !errors.Is(err, cspmgraph.ErrInvalid) {
		t.Error("there are six columns")
	}
	if got := string(must(b.AllJSON(true))(t)); strings.Count(got, "\n") != 2 || !strings.Contains(got, `"name":"b"`) {
		t.Error(got)
	}
	same := must(b.Clone())(t)
	b.Close()
	if same.Len() != 2 || b.Len() != 0 {
		t.Error("a clone is a handle of its own")
	}
	same.Close()
	if b := must(rows.NextBatch())(t); b != nil {
		t.Error("a batch past the end")
	}
}

func TestArrow(t *testing.T) {
	g := small(t)
	rows := must(g.Query(ctx, "MATCH (u:User) RETURN toInteger(u.n) AS n ORDER BY n", nil))(t)
	b := must(rows.NextBatch())(t)
	r := must(b.ExportArrow())(t)
	b.Close()
	rows.Close()
	if r.Len() != 2 || r.Schema() == nil || *(*int64)(r.Array()) != 2 {
		t.Error("not two rows")
	}
	format := *(**byte)(r.Schema())
	if string(unsafe.Slice(format, 2)) != "+s" {
		t.Error("not a struct")
	}
	r.Release()
	r.Release()
	s := must(must(g.Query(ctx, "MATCH (u) RETURN u.name", nil))(t).ExportArrow())(t)
	n := 0
	for r := must(s.Next())(t); r != nil; r = must(s.Next())(t) {
		n += r.Len()
		r.Release()
	}
	check(t, s.Close())
	if _, err := s.Next(); n != 3 || !errors.Is(err, cspmgraph.ErrClosed) {
		t.Errorf("%d rows, then %v", n, err)
	}
	c, stop := context.WithCancel(ctx)
	stopped := must(must(g.Query(c, "MATCH (u) RETURN u.name", nil))(t).ExportArrow())(t)
	stop()
	time.Sleep(10 * time.Millisecond)
	if _, err := stopped.Next(); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	stopped.Close()
}

func TestLanguage(t *testing.T) {
	g := small(t)
	l := must(cspmgraph.NewLanguage(nil))(t)
	defer l.Close()
	check(t, l.AddType("MOVES", "MemberOf", "Owns"))
	check(t, l.SearchRegex(true))
	if got := all(t, g, "MATCH (:User {name: 'bob'})-[:MOVES*1..2]->(x) WHERE x.name =~ 'i' RETURN x.name ORDER BY x.name", l); len(got) != 2 {
		t.Error(got)
	}
	check(t, l.RestrictProperty("tenant", "one"))
	if got := all(t, g, "MATCH (n) RETURN n.name ORDER BY n.name", l); !reflect.DeepEqual(got, [][]any{{"admins"}, {"alice"}}) {
		t.Error(got)
	}
	check(t, l.RestrictLabel("Person"))
	if got := all(t, g, "MATCH (n) RETURN n.name", l); !reflect.DeepEqual(got, [][]any{{"alice"}}) {
		t.Error(got)
	}
	if err := l.RestrictLabel(""); !errors.Is(err, cspmgraph.ErrInvalid) {
		t.Error(err)
	}
}

func TestHostFunctions(t *testing.T) {
	g := small(t)
	l := must(cspmgraph.NewLanguage(nil))(t)
	check(t, l.AddFunction(hostfunc.Twice()))
	check(t, l.AddFunction(hostfunc.Echo()))
	got := all(t, g, "RETURN host.twice(21), host.echo(1.5), host.echo('a'), host.echo([1, 'b', {c: true}]), host.echo(null, false)", l)
	want := []any{int64(42), 1.5, "a", []any{int64(1), "b", map[string]any{"c": true}}, []any{nil, false}}
	if !reflect.DeepEqual(got[0], want) {
		t.Errorf("got %#v", got[0])
	}
	if got := all(t, g, "MATCH (n:Group) RETURN host.echo(n)", l); len(got) != 1 {
		t.Error(got)
	}
	rows, err := g.QueryWith(ctx, "RETURN host.echo('fail')", nil, cspmgraph.QueryOptions{Language: l})
	if err == nil {
		_, err = rows.Collect()
	}
	if !errors.Is(err, cspmgraph.ErrQuery) || !strings.Contains(err.Error(), "told to") {
		t.Error(err)
	}
	before := hostfunc.Released()
	if err := l.AddFunction(hostfunc.Twice()); !errors.Is(err, cspmgraph.ErrInvalid) {
		t.Error("a name was taken twice")
	}
	l.Close()
	if hostfunc.Released() != before+2 {
		t.Errorf("%d releases", hostfunc.Released()-before)
	}
	if err := l.AddFunction(cspmgraph.Function{Name: "x"}); !errors.Is(err, cspmgraph.ErrInvalid) {
		t.Error(err)
	}
}

func TestPathsBetweenSets(t *testing.T) {
	g := small(t)
	from, to := cspmgraph.ByIDs("b"), []cspmgraph.Selector{cspmgraph.ByLabel("Group")}
	r := must(g.Paths(ctx, from, to, cspmgraph.AnalyzeOptions{Weight: "hops"}))(t)
	if r.Found != 1 || len(r.Paths) != 1 || len(r.Paths[0].Steps) != 2 || r.Paths[0].Steps[1].To != "c" || r.Paths[0].Cost != 2 {
		t.Errorf("%+v", r)
	}
	n, estimated, err := g.CountPaths(ctx, from, []cspmgraph.Selector{cspmgraph.ByQuery("MATCH (g:Group) RETURN g")}, cspmgraph.AnalyzeOptions{})
	if n != 1 || estimated || err != nil {
		t.Error(n, estimated, err)
	}
	points := must(g.ChokePoints(ctx, from, to, cspmgraph.AnalyzeOptions{}))(t)
	if len(points) == 0 || points[0].Paths != 1 {
		t.Errorf("%+v", points)
	}
	rows := must(must(g.PathRows(ctx, from, to, cspmgraph.AnalyzeOptions{}))(t).Collect())(t)
	if len(rows) != 1 {
		t.Error(rows)
	}
	if _, err := g.Paths(ctx, cspmgraph.ByIDs("nobody"), to, cspmgraph.AnalyzeOptions{}); !errors.Is(err, cspmgraph.ErrNotFound) {
		t.Error(err)
	}
	if _, err := g.Paths(ctx, nil, to, cspmgraph.AnalyzeOptions{}); !errors.Is(err, cspmgraph.ErrInvalid) {
		t.Error(err)
	}
	if _, err := g.Paths(ctx, []cspmgraph.Selector{cspmgraph.ByQuery("MATCH (")}, to, cspmgraph.AnalyzeOptions{}); !errors.Is(err, cspmgraph.ErrQuery) {
		t.Error(err)
	}
}

func TestGraphsOfGraphs(t *testing.T) {
	g := small(t)
	marked := must(g.WithLabel(ctx, "Marked", []uint32{must(g.FindNode("b"))(t)}))(t)
	defer marked.Close()
	if got := all(t, marked, "MATCH (n:Marked) RETURN n.name", nil); !reflect.DeepEqual(got, [][]any{{"bob"}}) {
		t.Error(got)
	}
	if _, err := g.WithLabel(ctx, "Marked", []uint32{99}); !errors.Is(err, cspmgraph.ErrInvalid) {
		t.Error(err)
	}
	path := filepath.Join(t.TempDir(), "g.cspm")
	check(t, marked.Save(ctx, path))
	opened := must(cspmgraph.Open(ctx, path))(t)
	defer opened.Close()
	if opened.NodeCount() != 3 || opened.EdgeCount() != 2 || opened.NodeID(1) != "b" || opened.NodeID(9) != "" {
		t.Error("another graph")
	}
	n := must(opened.Node(0))(t)
	if n.ID != "a" || n.Properties["n"] != int64(1) || len(n.Kinds) < 2 {
		t.Errorf("%+v", n)
	}
	plain := must(opened.Derive(ctx, nil))(t)
	defer plain.Close()
	if plain.DerivedCount() != 0 || plain.Rules() != nil {
		t.Error("derived without rules")
	}
	for _, format := range cspmgraph.GraphFormats() {
		if text := must(opened.Export(ctx, format))(t); len(text) == 0 {
			t.Error(format)
		}
	}
	// A damaged snapshot says so.
	whole := must(os.ReadFile(path))(t)
	check(t, os.WriteFile(path, whole[:len(whole)/2], 0o600))
	if _, err := cspmgraph.Open(ctx, path); !errors.Is(err, cspmgraph.ErrInput) {
		t.Error(err)
	}
}

func TestRules(t *testing.T) {
	r := must(cspmgraph.BuiltinRules(nil))(t)
	defer r.Close()
	list := must(r.List())(t)
	if len(list) < 10 || list[0].ID == "" || list[0].Pack == "" || !list[0].Enabled {
		t.Fatalf("%d rules, %+v", len(list), list[0])
	}
	if text := must(r.Show(list[0].ID))(t); !strings.Contains(text, list[0].ID) {
		t.Error(text)
	}
	if _, err := r.Show("no-such-rule"); !errors.Is(err, cspmgraph.ErrNotFound) {
		t.Error(err)
	}
	if err := r.AddBuiltin(); err == nil {
		t.Error("a sealed set was changed")
	}
	own := must(cspmgraph.NewRules(nil))(t)
	defer own.Close()
	check(t, own.AddPath("../../lib/packs/vulnerabilities.yaml"))
	check(t, own.Seal())
	result := must(own.Test(ctx))(t)
	if result.Passed == 0 || result.Failed != 0 {
		t.Errorf("%+v", result)
	}
	broken := must(cspmgraph.NewRules(nil))(t)
	defer broken.Close()
	err := broken.AddText("rules:\n  - id: [", "mine")
	var e *cspmgraph.Error
	if !errors.As(err, &e) || e.Code != cspmgraph.CodeParse || e.Source != "mine" || e.Line == 0 {
		t.Errorf("%+v", e)
	}
	if err := broken.Disable("nothing"); !errors.Is(err, cspmgraph.ErrNotFound) {
		t.Error(err)
	}
}

func TestAnalysisParts(t *testing.T) {
	g := must(cspmgraph.Load(ctx, []string{"../../examples/data/opengraph/estate"}, cspmgraph.LoadOptions{}))(t)
	defer g.Close()
	var reports int
	watched := cspmgraph.WithProgress(ctx, time.Millisecond, func(p cspmgraph.Progress) { reports++ })
	a := must(g.Analyze(watched, cspmgraph.AnalyzeOptions{AssumeBreach: true, Weight: "likelihood"}))(t)
	g.Close()
	if reports == 0 {
		t.Error("nothing reported how far it was")
	}
	d := must(a.Drawing())(t)
	x := make([]float64, len(d.Columns))
	if text := must(a.HTML(ctx, x, x))(t); len(d.Edges) == 0 || !strings.Contains(string(text), "<svg") {
		t.Errorf("%d edges", len(d.Edges))
	}
	if _, err := a.HTML(ctx, x[1:], x[1:]); !errors.Is(err, cspmgraph.ErrInvalid) {
		t.Error(err)
	}
	for table := cspmgraph.AnalysisPaths; table <= cspmgraph.AnalysisDiagnostics; table++ {
		_, err := must(a.Table(table))(t).Collect()
		check(t, err)
	}
	scored := must(a.Graph())(t)
	paths, fixes := must(a.Paths())(t), must(a.Fixes())(t)
	same := must(a.Clone())(t)
	a.Close()
	if got := all(t, scored, "MATCH (n) WHERE n.riskScore > 0 RETURN n.riskLevel", nil); len(got) == 0 || len(paths) == 0 || len(fixes) == 0 {
		t.Error("nothing at risk")
	}
	if must(same.Report())(t).Summary.AttackPaths == 0 {
		t.Error("a clone is the same analysis")
	}
	same.Close()
	scored.Close()
}

func TestSmallThings(t *testing.T) {
	if cspmgraph.VersionNumber() < 100 || cspmgraph.Version() == "" || len(cspmgraph.Dialects()) < 5 || cspmgraph.CodeParse.String() != "CSPM_E_PARSE" {
		t.Error("what every library has")
	}
	e := must(cspmgraph.NewEngine(cspmgraph.Limits{MaxMemoryBytes: 1 << 20, MaxNodes: 2}))(t)
	defer e.Close()
	if left := must(e.MemoryLeft())(t); left == 0 || left > 1<<20 {
		t.Error(left)
	}
	b := must(cspmgraph.NewBuilder(e))(t)
	defer b.Close()
	check(t, b.AddNode("a", nil, nil))
	check(t, b.AddNode("b", nil, nil))
	err := b.AddNode("c", nil, nil)
	if err == nil {
		_, err = b.Finish(ctx, nil)
	}
	if !errors.Is(err, cspmgraph.ErrLimit) {
		t.Error(err)
	}
	if err := b.AddNode("d", nil, map[string]any{"big": strings.Repeat("x", 1<<21)}); !errors.Is(err, cspmgraph.ErrLimit) {
		t.Error(err)
	}
	if err := b.AddNode("e", nil, map[string]any{"nan": math.NaN()}); !errors.Is(err, cspmgraph.ErrInvalid) {
		t.Error(err)
	}
	if err := e.NewError(cspmgraph.CodeLimit, "100% %s"); !errors.Is(err, cspmgraph.ErrLimit) || err.Error() != "100% %s" {
		t.Error(err)
	}
	vectors := `[{"id":"v","principal":"arn:aws:iam::111122223333:user/u","action":"s3:GetObject","resource":"arn:aws:s3:::b/k",
	  "identity_policies":[{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}]}]`
	if got := must(cspmgraph.PolicyVectors(ctx, []byte(vectors), "v.json"))(t); len(got) != 1 || got[0].ID != "v" || got[0].Result == "" {
		t.Error(got)
	}
	if _, err := cspmgraph.PolicyVectors(ctx, []byte("["), "v.json"); !errors.Is(err, cspmgraph.ErrInput) {
		t.Error(err)
	}
	if _, err := cspmgraph.ExplorerQuery("{"); !errors.Is(err, cspmgraph.ErrInput) {
		t.Error(err)
	}
	g := small(t)
	q := must(cspmgraph.Compile("MATCH (n:User) RETURN n.name", cspmgraph.FormGraph, nil))(t)
	defer q.Close()
	twin := must(q.Clone())(t)
	twin.Close()
	if plan := must(q.Explain(g))(t); plan == "" || !q.Reads("name") || q.Reads("age") || len(q.Warnings()) != 0 {
		t.Error(plan)
	}
	if plan := must(q.Profile(ctx, g, nil, cspmgraph.QueryOptions{}))(t); plan == "" {
		t.Error("no profile")
	}
	rows := must(g.QueryWith(ctx, "MATCH (n) RETURN n.name", nil, cspmgraph.QueryOptions{MaxRows: 1}))(t)
	for rows.Next() {
	}
	if rows.Truncated() != cspmgraph.TruncatedRows || rows.Truncated().String() != "rows" || rows.Err() != nil {
		t.Error(rows.Truncated(), rows.Err())
	}
	rows.Close()
}
