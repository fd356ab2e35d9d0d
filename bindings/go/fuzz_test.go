package cspmgraph

import (
	"encoding/json"
	"errors"
	"testing"
	"unicode/utf8"
)

// fault fails for errors that no input should cause.
func fault(t *testing.T, err error) {
	var e *Error
	if err != nil && (!errors.As(err, &e) || e.Message == "" || errors.Is(err, ErrInternal)) {
		t.Fatal(err)
	}
}

func FuzzQuery(f *testing.F) {
	for _, text := range []string{"", "MATCH (n) RETURN n", "MATCH (n RETURN", "RETURN $v", "\x00", "\xff", "MATCH p = (a)-[*]->(b) RETURN p, $v['a']", "Resources | take 3"} {
		f.Add(text, "v", "value", false)
	}
	g := loaded(f, people)
	f.Fuzz(func(t *testing.T, text, name, value string, pipe bool) {
		o := QueryOptions{MaxRows: 100, MaxWork: 10000, MaxMemoryBytes: 1 << 22}
		if pipe {
			o.Form = FormPipe
		}
		rows, err := g.QueryWith(ctx, text, Params{name: value}, o)
		fault(t, err)
		if err == nil {
			_, err = rows.Collect()
			fault(t, err)
		}
	})
}

func FuzzParams(f *testing.F) {
	for _, text := range []string{`1`, `1.5`, `"a"`, `[1,[2.0,null]]`, `{"a":{"b":[true]}}`, `"\u0000"`} {
		f.Add(text)
	}
	g := loaded(f, people)
	f.Fuzz(func(t *testing.T, text string) {
		want, err := decodeValue([]byte(text))
		if err != nil || !json.Valid([]byte(text)) {
			return
		}
		rows, err := g.Query(ctx, "RETURN $v", Params{"v": want})
		fault(t, err)
		if err == nil {
			_, err = rows.Collect()
			fault(t, err)
		}
		rows, err = g.Query(ctx, "RETURN $v", Params{"v": json.RawMessage(text)})
		fault(t, err)
		if err == nil {
			rows.Close()
		}
	})
}

func FuzzBuilder(f *testing.F) {
	f.Add("a", "K", "key", "value", "R", "b", []byte(people))
	f.Add("", "", "", "", "", "", []byte("{"))
	f.Add("a\x00", "\xff", "\x00", "<script>", "R|S", "a", []byte{0x1f, 0x8b, 8, 0})
	f.Fuzz(func(t *testing.T, id, kind, key, value, relation, to string, input []byte) {
		b := must(NewBuilder(nil))(t)
		defer b.Close()
		err := b.AddNode(id, []string{kind}, map[string]any{key: value})
		fault(t, err)
		if err == nil && !(utf8.ValidString(id) && utf8.ValidString(kind) && utf8.ValidString(key) && utf8.ValidString(value)) {
			t.Error("text that is not UTF-8 was taken")
		}
		fault(t, b.AddEdge(id, relation, to, map[string]any{key: []string{value}}))
		fault(t, b.AddBuffer(ctx, input, "fuzz", LoadOptions{}))
		g, err := b.Finish(ctx, nil)
		fault(t, err)
		if err == nil {
			rows, err := g.Table(TableNodes)
			fault(t, err)
			_, err = rows.Collect()
			fault(t, err)
			g.Close()
		}
	})
}
