package cspmgraph

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The case files of tests/cases, whose answers are the same through C, the command, Python and Go. tests/cases/run_cases.c says how they are written.

var caseClock = time.UnixMicro(1764547200000000) // 2025-12-01T00:00:00Z

type section struct {
	head, body string
	line       int
}

func sectionsOf(text string) []section {
	var out []section
	for i, line := range strings.Split(text, "\n") {
		if head, ok := strings.CutPrefix(line, "=== "); ok {
			out = append(out, section{head: head, line: i + 1})
		} else if len(out) > 0 {
			out[len(out)-1].body += line + "\n"
		}
	}
	return out
}

// caseState is what the questions of one file work on.
type caseState struct {
	b       *Builder
	rules   *Rules
	noRules bool
	g       *Graph
	loadErr error
	rows    []string // of the last question
	err     error
}

func (s *caseState) graph() (*Graph, error) {
	if s.g == nil && s.loadErr == nil {
		rules := s.rules
		if s.noRules {
			rules = nil
		}
		s.g, s.loadErr = s.b.Finish(ctx, rules)
	}
	return s.g, s.loadErr
}

// take reads rows as the cells' own JSON; `columns` nil = all.
func (s *caseState) take(rows *Rows, err error, columns ...string) {
	if err != nil {
		s.err = err
		return
	}
	at := []int{}
	for _, column := range columns {
		at = append(at, slices.Index(rows.Columns(), column))
	}
	if columns == nil {
		for i := range rows.Columns() {
			at = append(at, i)
		}
	}
	for row, err := range rows.All() {
		if err != nil {
			s.err = err
			return
		}
		var cells []string
		for _, i := range at {
			cell, err := row.JSON(i)
			if err != nil {
				s.err = err
				return
			}
			cells = append(cells, string(cell))
		}
		line := "[" + strings.Join(cells, ",") + "]"
		if len(columns) == 1 {
			line = line[2 : len(line)-2] // a lone column reads better bare
		}
		s.rows = append(s.rows, line)
	}
}

func (s *caseState) query(text, params string) {
	g, err := s.graph()
	if err != nil {
		s.err = err
		return
	}
	values := Params{}
	if params != "" {
		var raw map[string]json.RawMessage
		if s.err = json.Unmarshal([]byte(params), &raw); s.err != nil {
			return
		}
		for name, value := range raw {
			values[name] = value
		}
	}
	rows, err := g.QueryWith(ctx, text, values, QueryOptions{Now: caseClock})
	s.take(rows, err)
}

func (s *caseState) analyze(body string) {
	g, err := s.graph()
	if err != nil {
		s.err = err
		return
	}
	o := AnalyzeOptions{Now: caseClock, Rules: s.rules}
	for _, line := range strings.Split(body, "\n") {
		word, rest, _ := strings.Cut(line, " ")
		n, _ := strconv.Atoi(rest)
		switch word {
		case "assume-breach":
			o.AssumeBreach = true
		case "max-length":
			o.MaxLength = uint32(n)
		case "top":
			o.Top = uint32(n)
		case "entry":
			o.Entries = append(o.Entries, ByQuery(rest))
		case "target":
			o.Targets = append(o.Targets, ByQuery(rest))
		}
	}
	a, err := g.Analyze(ctx, o)
	if err != nil {
		s.err = err
		return
	}
	defer a.Close()
	rows, err := a.Table(AnalysisPaths)
	s.take(rows, err, "entry", "target", "risk_level", "length", "occurrences")
}

func squeeze(row string) string {
	var out strings.Builder
	quoted := false
	for i := 0; i < len(row); i++ {
		if row[i] == '"' && (i == 0 || row[i-1] != '\\') {
			quoted = !quoted
		}
		if quoted || row[i] != ' ' {
			out.WriteByte(row[i])
		}
	}
	return out.String()
}

func (s *caseState) expectRows(t *testing.T, at section) {
	var wanted, got []string
	for _, line := range strings.Split(at.body, "\n") {
		if line != "" && line[0] != '#' {
			wanted = append(wanted, squeeze(line))
		}
	}
	for _, row := range s.rows {
		got = append(got, squeeze(row))
	}
	if !strings.Contains(at.head, "ordered") {
		slices.Sort(wanted)
		slices.Sort(got)
	}
	if s.err != nil || !slices.Equal(wanted, got) {
		t.Errorf("line %d: error %v\nexpected %s\ngot      %s", at.line, s.err, strings.Join(wanted, "\n         "), strings.Join(got, "\n         "))
	}
}

func (s *caseState) expectError(t *testing.T, at section) {
	if s.err == nil {
		_, s.err = s.graph()
	}
	var e *Error
	text := "no error"
	if errors.As(s.err, &e) {
		text = fmt.Sprintf("%s %d:%d %s", e.Code, e.Line, e.Column, e.JSON)
	}
	for _, word := range strings.Fields(at.head)[1:] {
		if !strings.Contains(text, word) {
			t.Errorf("line %d: no %s in %s", at.line, word, text)
		}
	}
	if e == nil {
		t.Errorf("line %d: no error", at.line)
	}
}

func runCase(t *testing.T, path, root, shared string) {
	text := must(os.ReadFile(path))(t)
	s := &caseState{b: must(NewBuilder(nil))(t), rules: must(BuiltinRules(nil))(t)}
	defer func() {
		s.b.Close()
		s.rules.Close()
		if s.g != nil {
			s.g.Close()
		}
	}()
	sections := sectionsOf(string(text))
	for i, at := range sections {
		word, rest, _ := strings.Cut(at.head, " ")
		if word == "query" || word == "analyze" || word == "diagnostics" {
			s.rows, s.err = nil, nil
		}
		switch word {
		case "input":
			if rest == "" {
				rest = "input"
			}
			s.loadErr = s.b.AddBuffer(ctx, []byte(at.body), rest, LoadOptions{})
		case "file":
			reference, isShared := strings.CutPrefix(rest, "$SHARED/")
			if isShared && shared == "" {
				t.Skip("no reference data beside this checkout")
			}
			file := filepath.Join(root, rest)
			if isShared {
				file = filepath.Join(shared, reference)
			}
			s.loadErr = s.b.AddPath(ctx, file, LoadOptions{})
		case "no-rules":
			s.noRules = true
		case "query":
			params := ""
			if i+1 < len(sections) && sections[i+1].head == "params" {
				params = sections[i+1].body
			}
			s.query(strings.TrimSuffix(at.body, "\n"), params)
		case "analyze":
			s.analyze(at.body)
		case "rows", "paths":
			s.expectRows(t, at)
		case "error":
			s.expectError(t, at)
		case "diagnostics":
			g, err := s.graph()
			if err != nil {
				s.err = err
			} else {
				rows, err := g.Table(TableDiagnostics)
				s.take(rows, err, "code")
			}
			s.expectRows(t, at)
		case "params":
		default:
			t.Errorf("line %d: unknown section %s", at.line, at.head)
		}
	}
	if len(sections) == 0 || !bytes.Contains(text, []byte("=== ")) {
		t.Error("nothing in it")
	}
}

func TestCases(t *testing.T) {
	root := must(filepath.Abs("../.."))(t)
	shared := os.Getenv("CSPM_SHARED")
	if shared == "" {
		shared = filepath.Join(root, "..", "shared")
	}
	if _, err := os.Stat(shared); err != nil {
		shared = ""
	}
	files := must(filepath.Glob(filepath.Join(root, "tests", "cases", "*.case")))(t)
	if len(files) == 0 {
		t.Fatal("no case files")
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) { runCase(t, file, root, shared) })
	}
}
