package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cspmgraph"
)

func start(t *testing.T, l limits, inputs ...string) (*server, *httptest.Server) {
	t.Helper()
	s, err := newServer(context.Background(), inputs, l)
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(s.Handler())
	t.Cleanup(func() { web.Close(); s.Close() })
	return s, web
}

func ask(t *testing.T, method, url, body string) (int, map[string]any) {
	t.Helper()
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Error(err)
		return 0, nil
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Error(err)
	}
	var v map[string]any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Errorf("%s: %.200s", err, text)
	}
	return answer.StatusCode, v
}

// snapshot is a file of the bundled estate.
func snapshot(t *testing.T) string {
	t.Helper()
	g, err := cspmgraph.Load(context.Background(), []string{"../data/opengraph/estate"}, cspmgraph.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	path := filepath.Join(t.TempDir(), "estate.cspm")
	if err := g.Save(context.Background(), path); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestRefusals(t *testing.T) {
	l := defaults
	l.MaxBody, l.MaxRows = 500, 3
	_, web := start(t, l, snapshot(t))
	for _, one := range []struct {
		method, path, body string
		status             int
	}{
		{"POST", "/query", "", 400}, {"POST", "/query", `{"query":"MATCH (n"}`, 400}, {"POST", "/query", `{"query":"RETURN 1","x":1}`, 400},
		{"POST", "/query", `{"query":"RETURN 1"} {}`, 400}, {"POST", "/query", `{"query":"RETURN \u0000"}`, 400}, {"POST", "/query", `{"query":"RETURN $x"}`, 400},
		{"POST", "/query", `{"query":"RETURN 1","lang":"sql"}`, 400}, {"POST", "/query", `{"query":"` + strings.Repeat("x", 600) + `"}`, 413},
		{"GET", "/path", "", 400}, {"GET", "/path?from=nobody&to=nobody", "", 404}, {"GET", "/query", "", 405}, {"GET", "/reload", "", 405},
	} {
		r, _ := http.NewRequest(one.method, web.URL+one.path, strings.NewReader(one.body))
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != one.status {
			t.Errorf("%s %s %.40s: %d, not %d", one.method, one.path, one.body, answer.StatusCode, one.status)
		}
	}
	for header, value := range map[string]string{"Host": "example.test", "Origin": "http://example.test"} {
		r, _ := http.NewRequest("GET", web.URL+"/paths", nil)
		r.Header.Set(header, value)
		if header == "Host" {
			r.Host = value
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusForbidden {
			t.Errorf("%s %s is answered", header, value)
		}
	}
	if onLoopback("0.0.0.0:80") == nil || onLoopback("example.test:80") == nil || onLoopback("127.0.0.1:0") != nil || onLoopback("[::1]:0") != nil {
		t.Error("loopback only")
	}
	if _, v := ask(t, "POST", web.URL+"/query", `{"query":"MATCH (n) RETURN elementId(n)"}`); len(v["rows"].([]any)) != 3 || v["truncated"] != "rows" {
		t.Error(v)
	}
}

func TestAnswers(t *testing.T) {
	_, web := start(t, defaults, snapshot(t))
	status, v := ask(t, "GET", web.URL+"/paths", "")
	paths := v["attack_paths"].([]any)
	if status != 200 || v["schema"] != "cspmgraph/analysis/1" || len(paths) == 0 {
		t.Fatal(status, v["schema"])
	}
	first := paths[0].(map[string]any)
	entry, target := first["entry"].(map[string]any)["id"].(string), first["target"].(map[string]any)["id"].(string)
	status, v = ask(t, "GET", fmt.Sprintf("%s/path?from=%s&to=%s", web.URL, entry, target), "")
	if status != 200 || v["found"] != true || len(v["paths"].([]any)) == 0 {
		t.Error(status, v)
	}
	status, v = ask(t, "POST", web.URL+"/query", `{"query":"MATCH (n) WHERE n.riskScore > $least RETURN n.name AS name, n.riskScore AS score ORDER BY score DESC LIMIT 2","params":{"least":1}}`)
	if status != 200 || len(v["rows"].([]any)) != 2 || v["truncated"] != nil || v["columns"].([]any)[1] != "score" {
		t.Error(status, v)
	}
	if status, v = ask(t, "GET", web.URL+"/healthz", ""); status != 200 || v["ok"] != true || v["version"] != 1.0 {
		t.Error(status, v)
	}
}

func TestDeadline(t *testing.T) {
	l := defaults
	l.Deadline = 100 * time.Millisecond
	_, web := start(t, l, snapshot(t))
	begun := time.Now()
	status, _ := ask(t, "POST", web.URL+"/query", `{"query":"UNWIND range(1, 30000) AS a UNWIND range(1, 30000) AS b WITH a, b WHERE a + b < 0 RETURN count(*)"}`)
	if status != http.StatusGatewayTimeout && status != http.StatusUnprocessableEntity || time.Since(begun) > 2*time.Second {
		t.Error(status, time.Since(begun))
	}
}

func TestReloadUnderLoadDropsNothing(t *testing.T) {
	path := snapshot(t)
	s, web := start(t, defaults, path)
	_, before := ask(t, "POST", web.URL+"/query", `{"query":"MATCH (n) RETURN n ORDER BY elementId(n)"}`)
	want := fmt.Sprint(before["rows"])
	var done atomic.Bool
	var answered atomic.Int64
	var wg sync.WaitGroup
	for range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for !done.Load() {
				status, v := ask(t, "POST", web.URL+"/query", `{"query":"MATCH (n) RETURN n ORDER BY elementId(n)"}`)
				if status != 200 || fmt.Sprint(v["rows"]) != want {
					t.Errorf("status %d", status)
					return
				}
				answered.Add(1)
			}
		}()
	}
	first := s.store.take()
	for range 5 {
		if status, v := ask(t, "POST", web.URL+"/reload", ""); status != 200 {
			t.Error(status, v)
		}
	}
	// A reading that cannot be made leaves the present one where it is.
	whole, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(path+".bad", whole[:len(whole)/2], 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	s.store.inputs = []string{path + ".bad"}
	if status, _ := ask(t, "POST", web.URL+"/reload", ""); status != 400 {
		t.Errorf("a damaged snapshot: %d", status)
	}
	done.Store(true)
	wg.Wait()
	if first.graph.NodeCount() == 0 {
		t.Error("a graph was closed under its request")
	}
	first.release()
	if first.graph.NodeCount() != 0 {
		t.Error("the old graph is still open")
	}
	if _, v := ask(t, "GET", web.URL+"/healthz", ""); v["version"] != 6.0 || answered.Load() == 0 {
		t.Error(v, answered.Load())
	}
	runtime.KeepAlive(s)
}
