package cspmgraph

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

const crossed = "MATCH (a:N), (b:N), (c:N) WHERE a.i + b.i + c.i = -1 RETURN count(*)"

// layered joins every node of a layer with every node of the next: to count and verify its attack paths would take minutes.
func layered(t *testing.T, layers, width int) (g *Graph, o AnalyzeOptions) {
	t.Helper()
	b := must(NewBuilder(nil))(t)
	defer b.Close()
	node := func(layer, i int) string { return fmt.Sprintf("n%d-%d", layer, i) }
	for layer := range layers {
		for i := range width {
			check(t, b.AddNode(node(layer, i), []string{"AWSRole"}, nil))
			for j := 0; layer > 0 && j < width; j++ {
				check(t, b.AddEdge(node(layer-1, j), "STS_ASSUMEROLE_ALLOW", node(layer, i), nil))
			}
		}
	}
	rules := must(BuiltinRules(nil))(t)
	defer rules.Close()
	g = must(b.Finish(ctx, rules))(t)
	t.Cleanup(func() { g.Close() })
	o = AnalyzeOptions{MaxLength: uint32(layers), MaxWork: NoLimit, MaxPaths: NoLimit}
	for i := range width {
		o.Entries = append(o.Entries, ByID(node(0, i)))
		o.Targets = append(o.Targets, ByID(node(layers-1, i)))
	}
	return g, o
}

// large is one file to be read so many times over that it takes seconds.
func large(t *testing.T) []string {
	t.Helper()
	var text strings.Builder
	text.WriteString(`{"graph":{"edges":[],"nodes":[`)
	for i := range 60_000 {
		if i > 0 {
			text.WriteByte(',')
		}
		fmt.Fprintf(&text, `{"id":"n%d","kinds":["A"],"properties":{"name":"node %d","text":"%060d"}}`, i, i, i)
	}
	text.WriteString("]}}")
	path := filepath.Join(t.TempDir(), "large.json")
	check(t, os.WriteFile(path, []byte(text.String()), 0o600))
	return slices.Repeat([]string{path}, 200)
}

// The bound is what is promised; on a machine that others use, one try of three within it shows what the call itself takes.
func TestCancelledContextReturnsSoon(t *testing.T) {
	const most, tries = 50 * time.Millisecond, 3
	g := chain(t, 3000)
	deep, options := layered(t, 12, 120)
	files := large(t)
	for name, call := range map[string]func(context.Context) error{
		"load": func(c context.Context) error {
			g, err := Load(c, files, LoadOptions{InventoryOnly: true})
			if err == nil {
				g.Close()
			}
			return err
		},
		"analyze": func(c context.Context) error {
			a, err := deep.Analyze(c, options)
			if err == nil {
				a.Close()
			}
			return err
		},
		"count paths": func(c context.Context) error {
			_, _, err := deep.CountPaths(c, options.Entries, options.Targets, AnalyzeOptions{MaxLength: options.MaxLength, MaxWork: NoLimit, MaxPaths: NoLimit})
			return err
		},
		"query": func(c context.Context) error {
			rows, err := g.QueryWith(c, crossed, nil, QueryOptions{MaxWork: NoLimit})
			if err != nil {
				return err
			}
			_, err = rows.Collect()
			return err
		},
		"profile": func(c context.Context) error {
			q := must(Compile(crossed, FormGraph, nil))(t)
			defer q.Close()
			_, err := q.Profile(c, g, nil, QueryOptions{MaxWork: NoLimit})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			best := time.Hour
			for try := 0; try < tries && best > most; try++ {
				c, stop := context.WithCancel(ctx)
				var stopped time.Time
				timer := time.AfterFunc(100*time.Millisecond, func() { stopped = time.Now(); stop() })
				err := call(c)
				best = min(best, time.Since(stopped))
				timer.Stop()
				stop()
				wants(t, err, context.Canceled)
				wants(t, err, ErrCancelled)
			}
			if best > most {
				t.Errorf("%v after the cancel", best)
			}
		})
	}
	// What was cancelled leaves nothing behind for the next call.
	rows := must(must(g.Query(ctx, "MATCH (n:N) RETURN count(n)", nil))(t).Collect())(t)
	if rows[0][0] != int64(3000) {
		t.Errorf("got %v", rows)
	}
}

func TestDeadlines(t *testing.T) {
	g := chain(t, 3000)
	c, stop := context.WithTimeout(ctx, 50*time.Millisecond)
	defer stop()
	rows := must(g.QueryWith(c, crossed, nil, QueryOptions{MaxWork: NoLimit}))(t)
	_, err := rows.Collect()
	wants(t, err, context.DeadlineExceeded)
	wants(t, err, ErrTimeout)
	wants(t, err, ErrLimit)
	ended, stop2 := context.WithCancel(ctx)
	stop2()
	_, err = g.Query(ended, "RETURN 1", nil)
	wants(t, err, context.Canceled)
	_, err = g.Analyze(ended, AnalyzeOptions{})
	wants(t, err, context.Canceled)
	_, err = Load(ended, []string{"."}, LoadOptions{})
	wants(t, err, context.Canceled)
}

func TestCloseStopsReaders(t *testing.T) {
	g := chain(t, 3000)
	rows := must(g.QueryWith(ctx, crossed, nil, QueryOptions{MaxWork: NoLimit}))(t)
	ended := make(chan error)
	go func() {
		for rows.Next() {
		}
		ended <- rows.Err()
	}()
	time.Sleep(50 * time.Millisecond)
	check(t, rows.Close())
	wants(t, <-ended, ErrCancelled)
}

func TestUseAfterClose(t *testing.T) {
	g := loaded(t, people)
	rows := must(g.Query(ctx, "MATCH (n) RETURN elementId(n) ORDER BY elementId(n)", nil))(t)
	if !rows.Next() {
		t.Fatal(rows.Err())
	}
	kept := rows.Row()
	check(t, g.Close())
	check(t, g.Close())
	// Rows outlive their graph.
	if !rows.Next() || rows.Row().Get("elementId(n)") != "u1" {
		t.Errorf("after the graph was closed: %v", rows.Err())
	}
	batch := must(must(loaded(t, people).Query(ctx, "MATCH (n:User) RETURN n.age", nil))(t).NextBatch())(t)
	column := must(batch.Column(0))(t)
	check(t, rows.Close())
	check(t, rows.Close())
	check(t, batch.Close())
	analysis := must(estate(t).Analyze(ctx, AnalyzeOptions{}))(t)
	check(t, analysis.Close())
	builder, rules := must(NewBuilder(nil))(t), must(NewRules(nil))(t)
	builder.Close()
	rules.Close()
	language := must(NewLanguage(nil))(t)
	language.Close()
	query := must(Compile("RETURN 1", FormGraph, nil))(t)
	query.Close()
	for what, call := range map[string]func() error{
		"query":          func() error { _, err := g.Query(ctx, "RETURN 1", nil); return err },
		"analyze":        func() error { _, err := g.Analyze(ctx, AnalyzeOptions{}); return err },
		"node":           func() error { _, err := g.Node(0); return err },
		"find":           func() error { _, err := g.FindNode("u1"); return err },
		"save":           func() error { return g.Save(ctx, "/nowhere") },
		"table":          func() error { _, err := g.Table(TableNodes); return err },
		"next":           func() error { rows.Next(); return rows.Err() },
		"row":            func() error { _, err := kept.Value(0); return err },
		"scan":           func() error { var s string; return kept.Scan(&s) },
		"next batch":     func() error { _, err := rows.NextBatch(); return err },
		"arrow stream":   func() error { _, err := rows.ExportArrow(); return err },
		"arrow":          func() error { _, err := batch.ExportArrow(); return err },
		"column":         func() error { _, err := batch.Column(0); return err },
		"values":         func() error { _, err := column.Int64s(); return err },
		"report":         func() error { _, err := analysis.Report(); return err },
		"analysis graph": func() error { _, err := analysis.Graph(); return err },
		"add node":       func() error { return builder.AddNode("a", nil, nil) },
		"finish":         func() error { _, err := builder.Finish(ctx, nil); return err },
		"rules":          func() error { return rules.AddBuiltin() },
		"list":           func() error { _, err := rules.List(); return err },
		"language":       func() error { return language.AddType("A", "B") },
		"compile":        func() error { _, err := Compile("RETURN 1", FormGraph, language); return err },
		"run":            func() error { _, err := query.Run(ctx, g, nil, QueryOptions{}); return err },
	} {
		if err := call(); !errors.Is(err, ErrClosed) || !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if g.NodeCount() != 0 || g.NodeID(0) != "" || query.Reads("x") || column.Valid(0) {
		t.Error("a closed handle answers")
	}
}

func TestClosedUnderReaders(t *testing.T) {
	for range 20 {
		g := chain(t, 2000)
		var wg sync.WaitGroup
		for range 4 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				rows, err := g.Query(ctx, "MATCH (n:N) RETURN n, n.i", nil)
				if err != nil {
					wants(t, err, ErrClosed)
					return
				}
				got, err := rows.Collect()
				if err != nil || len(got) != 2000 {
					t.Errorf("%d rows, %v", len(got), err)
				}
			}()
		}
		g.Close()
		wg.Wait()
	}
}

func TestManyGoroutinesOneGraph(t *testing.T) {
	g := chain(t, 500)
	want := must(must(g.Query(ctx, "MATCH (a:N)-[:NEXT*1..3]->(b) RETURN a.i, b.i, b.group ORDER BY a.i, b.i", nil))(t).Collect())(t)
	q := must(Compile("MATCH (a:N)-[:NEXT*1..3]->(b) RETURN a.i, b.i, b.group ORDER BY a.i, b.i", FormGraph, nil))(t)
	defer q.Close()
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range 3 {
				c, stop := context.WithCancel(ctx)
				rows, err := q.Run(c, g, nil, QueryOptions{BatchRows: uint32(10 + i)})
				if err != nil {
					t.Error(err)
					stop()
					return
				}
				got, err := rows.Collect()
				stop()
				if err != nil || !reflect.DeepEqual(got, want) {
					t.Errorf("other rows: %d, %v", len(got), err)
				}
			}
		}()
	}
	wg.Wait()
}

func resident(t *testing.T) int {
	text := must(os.ReadFile("/proc/self/statm"))(t)
	pages := must(strconv.Atoi(strings.Fields(string(text))[1]))(t)
	return pages * os.Getpagesize()
}

func descriptors(t *testing.T) int { return len(must(os.ReadDir("/proc/self/fd"))(t)) }

func TestTenThousandCyclesLeakNothing(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector keeps memory of its own")
	}
	if os.Getenv("CSPM_LEAK_TEST") == "" { // a process of its own: what other tests left behind is not measured
		command := exec.Command(os.Args[0], "-test.run=^TestTenThousandCyclesLeakNothing$", "-test.v")
		command.Env = append(os.Environ(), "CSPM_LEAK_TEST=1")
		out, err := command.CombinedOutput()
		t.Logf("%s", out)
		check(t, err)
		return
	}
	path := filepath.Join(t.TempDir(), "graph.cspm")
	check(t, loaded(t, people).Save(ctx, path))
	rules := must(BuiltinRules(nil))(t)
	defer rules.Close()
	cycle := func() {
		g := must(OpenWith(ctx, path, LoadOptions{Rules: rules}))(t)
		rows := must(g.Query(ctx, "MATCH (n:User) WHERE n.age > $least RETURN n, n.name", Params{"least": 1}))(t)
		if got := must(rows.Collect())(t); len(got) != 2 {
			t.Fatal("other rows")
		}
		_, err := g.Query(ctx, "MATCH (n", nil)
		wants(t, err, ErrQuery)
		g.Close()
	}
	var before, files int
	for i := range 10000 {
		if i == 1000 {
			debug.FreeOSMemory()
			before, files = resident(t), descriptors(t)
		}
		cycle()
	}
	debug.FreeOSMemory()
	grown, after := resident(t)-before, descriptors(t)
	t.Logf("resident memory grew %d KiB over 9,000 cycles", grown/1024)
	if grown >= 1<<20 || after != files {
		t.Errorf("resident memory grew %d bytes, descriptors from %d to %d", grown, files, after)
	}
}

func TestForgottenHandlesAreReleased(t *testing.T) {
	e := must(NewEngine(Limits{}))(t)
	func() {
		for range 50 {
			b := must(NewBuilder(e))(t)
			for i := range 200 {
				check(t, b.AddNode(name(i), []string{"N"}, map[string]any{"text": strings.Repeat("x", 100)}))
			}
			g := must(b.Finish(ctx, nil))(t)
			c, stop := context.WithCancel(ctx)
			rows := must(g.Query(c, "MATCH (n) RETURN n", nil))(t)
			rows.Next()
			stop()
		}
	}()
	for range 100 {
		runtime.GC()
		time.Sleep(5 * time.Millisecond)
		if now, _, _ := e.Memory(); now < 100_000 {
			return
		}
	}
	now, peak, _ := e.Memory()
	t.Errorf("%d of %d bytes are still held", now, peak)
}

func TestHostileNames(t *testing.T) {
	names := []string{"<script>alert(1)</script>", "\u202egnp.exe", "=HYPERLINK(1)", "", " ", strings.Repeat("ü", 1<<19), "%s%n%d", "line\nbreak", "\u2028"}
	b := must(NewBuilder(nil))(t)
	defer b.Close()
	for i, text := range names {
		check(t, b.AddNode(fmt.Sprint("id", i), []string{"N"}, map[string]any{"name": text}))
	}
	g := must(b.Finish(ctx, nil))(t)
	defer g.Close()
	var got []string
	for row, err := range must(g.Query(ctx, "MATCH (n:N) RETURN n.name ORDER BY elementId(n)", nil))(t).All() {
		check(t, err)
		var s string
		check(t, row.Scan(&s))
		got = append(got, s)
	}
	if !slices.Equal(got, names) {
		t.Errorf("names changed")
	}
	for _, text := range names {
		rows := must(must(g.Query(ctx, "MATCH (n:N) WHERE n.name = $name RETURN count(n)", Params{"name": text}))(t).Collect())(t)
		if rows[0][0] != int64(1) {
			t.Errorf("%s: %v nodes", printable(text), rows)
		}
		if _, err := g.FindNode(text); !errors.Is(err, ErrNotFound) && !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", printable(text), err)
		}
		if _, err := g.Query(ctx, text, nil); !errors.Is(err, ErrQuery) && !errors.Is(err, ErrLimit) {
			t.Errorf("%s: %v", printable(text), err)
		}
		if _, err := Load(ctx, []string{"/nowhere/" + text}, LoadOptions{Format: "x"}); err == nil {
			t.Errorf("%s was read", printable(text))
		}
	}
	wants(t, b.AddNode("nul", nil, map[string]any{"name": "a\x00b"}), ErrInput)
	wants(t, b.AddNode("bad", nil, map[string]any{"name": "\xff"}), ErrInvalid)
	_, err := g.Query(ctx, "RETURN \x00", nil)
	wants(t, err, ErrQuery)
	_, err = Load(ctx, []string{"../go\x00/etc"}, LoadOptions{})
	if err == nil {
		t.Error("a path with a NUL was read")
	}
	_, err = g.Export(ctx, "js\x00on")
	wants(t, err, ErrInvalid)
}
