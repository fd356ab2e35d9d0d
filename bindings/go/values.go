package cspmgraph

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"sort"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Node is a node as a value of a row.
type Node struct {
	ID         string
	Kinds      []string
	Properties map[string]any
}

// Relationship is a relationship as a value of a row; Start and End are ids.
type Relationship struct {
	Kind, Start, End string
	Properties       map[string]any
}

// Path is a path as a value of a row.
type Path struct {
	Nodes         []*Node
	Relationships []*Relationship
}

// decodeValue reads JSON with integers as int64 and what is written with a point or an exponent as float64.
func decodeValue(text []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, &Error{Code: CodeInternal, Message: "the library's answer: " + err.Error()}
	}
	return plainNumbers(v), nil
}

// decodeScalar is decodeValue with a short way for what most cells are.
func decodeScalar(text []byte) (any, error) {
	if len(text) == 0 {
		return nil, nil
	}
	switch c := text[0]; {
	case c == '"' && bytes.IndexByte(text, '\\') < 0:
		return string(text[1 : len(text)-1]), nil
	case c == 't':
		return true, nil
	case c == 'f':
		return false, nil
	case c == 'n':
		return nil, nil
	case c == '-' || c >= '0' && c <= '9':
		return plainNumbers(json.Number(text)), nil
	}
	return decodeValue(text)
}

func plainNumbers(v any) any {
	switch v := v.(type) {
	case json.Number:
		if !strings.ContainsAny(v.String(), ".eE") {
			if n, err := strconv.ParseInt(v.String(), 10, 64); err == nil {
				return n
			}
		}
		f, _ := v.Float64()
		return f
	case []any:
		for i := range v {
			v[i] = plainNumbers(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = plainNumbers(v[k])
		}
	}
	return v
}

func nodeOf(v any) *Node {
	m, _ := v.(map[string]any)
	n := &Node{}
	n.ID, _ = m["id"].(string)
	n.Properties, _ = m["properties"].(map[string]any)
	kinds, _ := m["kinds"].([]any)
	for _, k := range kinds {
		s, _ := k.(string)
		n.Kinds = append(n.Kinds, s)
	}
	return n
}

func relationshipOf(v any) *Relationship {
	m, _ := v.(map[string]any)
	r := &Relationship{}
	r.Kind, _ = m["kind"].(string)
	r.Start, _ = m["start"].(string)
	r.End, _ = m["end"].(string)
	r.Properties, _ = m["properties"].(map[string]any)
	return r
}

func pathOf(v any) *Path {
	m, _ := v.(map[string]any)
	p := &Path{}
	nodes, _ := m["nodes"].([]any)
	for _, n := range nodes {
		p.Nodes = append(p.Nodes, nodeOf(n))
	}
	relationships, _ := m["relationships"].([]any)
	for _, r := range relationships {
		p.Relationships = append(p.Relationships, relationshipOf(r))
	}
	return p
}

// encodeJSON writes a value as the library reads it: a float keeps its point, so that it stays a float; keys are sorted; text that is not UTF-8 is an
// error, not mended.
func encodeJSON(v any) (string, error) {
	b, err := appendJSON(nil, reflect.ValueOf(v), 0)
	return string(b), err
}

const deepest = 512

func appendJSON(b []byte, v reflect.Value, depth int) ([]byte, error) {
	if depth > deepest {
		return nil, usage("a value nests too deeply, or holds itself")
	}
	if !v.IsValid() {
		return append(b, "null"...), nil
	}
	if v.CanInterface() {
		switch x := v.Interface().(type) {
		case time.Time:
			return appendText(b, x.Format(time.RFC3339Nano))
		case json.Marshaler:
			text, err := json.Marshal(x)
			if err != nil {
				return nil, usage("a value: " + err.Error())
			}
			return append(b, text...), nil
		}
	}
	switch v.Kind() {
	case reflect.Bool:
		return strconv.AppendBool(b, v.Bool()), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.AppendInt(b, v.Int(), 10), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		if v.Uint() > math.MaxInt64 {
			return nil, usage("a number is too large for a 64-bit integer")
		}
		return strconv.AppendUint(b, v.Uint(), 10), nil
	case reflect.Float32, reflect.Float64:
		return appendFloat(b, v.Float())
	case reflect.String:
		return appendText(b, v.String())
	case reflect.Pointer, reflect.Interface:
		return appendJSON(b, v.Elem(), depth+1)
	case reflect.Slice, reflect.Array:
		b = append(b, '[')
		for i := 0; i < v.Len(); i++ {
			if i > 0 {
				b = append(b, ',')
			}
			var err error
			if b, err = appendJSON(b, v.Index(i), depth+1); err != nil {
				return nil, err
			}
		}
		return append(b, ']'), nil
	case reflect.Map:
		return appendMap(b, v, depth)
	}
	return nil, usage(fmt.Sprintf("a %s is no value of the query language", v.Type()))
}

func appendMap(b []byte, v reflect.Value, depth int) ([]byte, error) {
	if v.Type().Key().Kind() != reflect.String {
		return nil, usage("the keys of a map are texts")
	}
	keys := v.MapKeys()
	sort.Slice(keys, func(i, j int) bool { return keys[i].String() < keys[j].String() })
	b = append(b, '{')
	for i, key := range keys {
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = appendText(b, key.String()); err != nil {
			return nil, err
		}
		if b, err = appendJSON(append(b, ':'), v.MapIndex(key), depth+1); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}

func appendFloat(b []byte, f float64) ([]byte, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, usage("NaN and infinities are no JSON; as a parameter of its own such a number is fine")
	}
	start := len(b)
	b = strconv.AppendFloat(b, f, 'g', -1, 64)
	if !bytes.ContainsAny(b[start:], ".e") {
		b = append(b, ".0"...)
	}
	return b, nil
}

func appendText(b []byte, s string) ([]byte, error) {
	if !utf8.ValidString(s) {
		return nil, usage("a text is not UTF-8")
	}
	b = append(b, '"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c < 0x20:
			b = fmt.Appendf(b, `\u%04x`, c)
		default:
			b = append(b, c)
		}
	}
	return append(b, '"'), nil
}

// printable shortens a text for a message.
func printable(s string) string {
	const most = 80
	s = strings.ToValidUTF8(s, "\uFFFD")
	if len(s) > most {
		cut := most
		for cut > 0 && !utf8.RuneStart(s[cut]) {
			cut--
		}
		s = s[:cut] + "…"
	}
	q := strconv.Quote(s)
	return q[1 : len(q)-1]
}
