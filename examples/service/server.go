package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"cspmgraph"
)

// limits of one request.
type limits struct {
	Deadline   time.Duration
	MaxRows    uint64
	MaxBody    int64
	MaxBytes   int // of an answer
	Concurrent int
}

var defaults = limits{Deadline: 30 * time.Second, MaxRows: 10000, MaxBody: 1 << 20, MaxBytes: 64 << 20, Concurrent: 64}

type server struct {
	store  store
	limits limits
	places chan struct{} // one for each request that is answered at once
}

func newServer(ctx context.Context, inputs []string, l limits) (*server, error) {
	s := &server{store: store{inputs: inputs}, limits: l, places: make(chan struct{}, l.Concurrent)}
	return s, s.Reload(ctx)
}

// Reload reads the inputs again; requests that are running keep the graph they began with.
func (s *server) Reload(ctx context.Context) error {
	_, err := s.store.reload(ctx)
	return err
}

// Close lets go of the graph; it is freed when the last request ends.
func (s *server) Close() { s.store.swap(nil) }

// Handler answers requests.
func (s *server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", s.health)
	mux.HandleFunc("GET /paths", s.with(s.paths))
	mux.HandleFunc("GET /path", s.with(s.path))
	mux.HandleFunc("POST /query", s.with(s.query))
	mux.HandleFunc("POST /reload", s.reload)
	return local(mux)
}

// local refuses what a page of another site could send through a visitor's browser: a name for us that is not loopback, or a foreign origin.
func local(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if name, _, err := net.SplitHostPort(host); err == nil {
			host = name
		}
		origin := r.Header.Get("Origin")
		if ip := net.ParseIP(strings.Trim(host, "[]")); host != "localhost" && (ip == nil || !ip.IsLoopback()) || origin != "" && origin != "http://"+r.Host {
			fail(w, http.StatusForbidden, errors.New("only programs on this machine are answered"))
			return
		}
		w.Header().Set("X-Content-Type-Options", "nosniff")
		next.ServeHTTP(w, r)
	})
}

type answer func(ctx context.Context, now *loaded, r *http.Request) ([]byte, error)

// with answers a request from one reading of the inputs, within the limits.
func (s *server) with(f answer) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), s.limits.Deadline)
		defer cancel()
		select {
		case s.places <- struct{}{}:
			defer func() { <-s.places }()
		case <-ctx.Done():
			fail(w, http.StatusServiceUnavailable, errors.New("too many requests at once"))
			return
		}
		now := s.store.take()
		if now == nil {
			fail(w, http.StatusServiceUnavailable, errors.New("the service is stopping"))
			return
		}
		defer now.release()
		r.Body = http.MaxBytesReader(w, r.Body, s.limits.MaxBody)
		text, err := f(ctx, now, r)
		if err != nil {
			fail(w, statusOf(err), err)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Graph-Version", strconv.FormatUint(now.version, 10))
		w.Write(text)
	}
}

// statusOf is the HTTP status of an error.
func statusOf(err error) int {
	var size *http.MaxBytesError
	switch {
	case errors.As(err, &size):
		return http.StatusRequestEntityTooLarge
	case errors.Is(err, cspmgraph.ErrNotFound):
		return http.StatusNotFound
	case errors.Is(err, cspmgraph.ErrTimeout):
		return http.StatusGatewayTimeout
	case errors.Is(err, cspmgraph.ErrQuery), errors.Is(err, cspmgraph.ErrInvalid), errors.Is(err, cspmgraph.ErrInput), errors.Is(err, errRequest):
		return http.StatusBadRequest
	case errors.Is(err, cspmgraph.ErrLimit), errors.Is(err, cspmgraph.ErrUnsupported):
		return http.StatusUnprocessableEntity
	}
	return http.StatusInternalServerError
}

var errRequest = errors.New("request")

type badRequest struct{ text string }

func (b badRequest) Error() string        { return b.text }
func (b badRequest) Is(target error) bool { return target == errRequest }

// fail answers with {"error":{…}} as the command does under --errors json.
func fail(w http.ResponseWriter, status int, err error) {
	body := []byte(nil)
	var e *cspmgraph.Error
	if errors.As(err, &e) && e.JSON != "" {
		body = []byte(e.JSON)
		if !bytes.HasPrefix(body, []byte(`{"error"`)) {
			body = append(append([]byte(`{"error":`), body...), '}')
		}
	} else {
		body, _ = json.Marshal(map[string]any{"error": map[string]any{"message": err.Error()}})
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(append(bytes.TrimRight(body, "\n"), '\n'))
}

func (s *server) health(w http.ResponseWriter, _ *http.Request) {
	now := s.store.take()
	if now == nil {
		fail(w, http.StatusServiceUnavailable, errors.New("the service is stopping"))
		return
	}
	defer now.release()
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(map[string]any{"ok": true, "version": now.version, "nodes": now.graph.NodeCount(), "edges": now.graph.EdgeCount()})
}

func (s *server) reload(w http.ResponseWriter, r *http.Request) {
	now, err := s.store.reload(r.Context())
	if err != nil {
		fail(w, statusOf(err), err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(map[string]any{"ok": true, "version": now.version})
}

// paths is the analysis, as analyze --format json gives it.
func (s *server) paths(ctx context.Context, now *loaded, _ *http.Request) ([]byte, error) {
	return now.analysis.JSON(ctx)
}

// path is the best paths between two nodes, as path --format json gives them: from and to are ids or label:NAME.
func (s *server) path(ctx context.Context, now *loaded, r *http.Request) ([]byte, error) {
	from, to := r.URL.Query().Get("from"), r.URL.Query().Get("to")
	if from == "" || to == "" {
		return nil, badRequest{"from and to are needed"}
	}
	text, _, _, err := now.graph.PathsText(ctx, cspmgraph.ByIDs(from), cspmgraph.ByIDs(to), cspmgraph.AnalyzeOptions{Top: 10}, "json")
	return text, err
}

type question struct {
	Query  string                     `json:"query"`
	Params map[string]json.RawMessage `json:"params"`
	Lang   string                     `json:"lang"`
}

// query runs a query and gives its rows as query --format json does.
func (s *server) query(ctx context.Context, now *loaded, r *http.Request) ([]byte, error) {
	var q question
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(&q); err != nil {
		var size *http.MaxBytesError
		if errors.As(err, &size) {
			return nil, err
		}
		return nil, badRequest{"the body is {\"query\": TEXT, \"params\": {…}, \"lang\": \"graph\" or \"pipe\"}: " + err.Error()}
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, badRequest{"the body goes on after its end"}
	}
	o := cspmgraph.QueryOptions{MaxRows: s.limits.MaxRows}
	text := q.Query
	switch q.Lang {
	case "", "graph":
	case "pipe":
		o.Form = cspmgraph.FormPipe
	case "explorer":
		var err error
		if text, err = cspmgraph.ExplorerQuery(q.Query); err != nil {
			return nil, err
		}
	default:
		return nil, badRequest{"lang is graph, pipe or explorer"}
	}
	params := cspmgraph.Params{}
	for name, value := range q.Params {
		params[name] = value
	}
	rows, err := now.graph.QueryWith(ctx, text, params, o)
	if err != nil {
		return nil, err
	}
	return s.table(rows)
}

// table is {"columns":[…],"rows":[[…],…],"truncated":null or why}.
func (s *server) table(rows *cspmgraph.Rows) ([]byte, error) {
	names, err := json.Marshal(rows.Columns())
	if err != nil {
		return nil, err
	}
	out := append([]byte(`{"columns":`), names...)
	out = append(out, `,"rows":[`...)
	full := false
	any := false
	for batch, err := range rows.Batches() {
		if err != nil {
			return nil, err
		}
		text, err := batch.AllJSON(false)
		if err != nil {
			return nil, err
		}
		inner := bytes.TrimSpace(text)
		inner = inner[1 : len(inner)-1]
		if len(inner) == 0 {
			continue
		}
		if len(out)+len(inner) > s.limits.MaxBytes {
			full = true
			break
		}
		if any {
			out = append(out, ',')
		}
		out, any = append(out, inner...), true
	}
	why := "null"
	if full {
		why = `"memory"`
	} else if cut := rows.Truncated(); cut != 0 {
		first, _, _ := strings.Cut(cut.String(), ",")
		why = strconv.Quote(first)
	}
	return append(out, `],"truncated":`+why+"}\n"...), nil
}
