// Columns reads a million rows by column, through the Go module and by the C calls under it, and adds the values up. Both are in this process and
// take turns; the C side is a function of its own, so that neither pays for the other's calls. One JSON line a row, exit status 1 when a gate is missed.
package main

/*
#cgo pkg-config: cspmgraph
#cgo CFLAGS: -O2
#include <cspmgraph/cspmgraph.h>
#include <stdlib.h>
#include <string.h>

struct sums { int64_t integers; double floats; uint64_t trues, bytes, rows; };

static void add(const cspm_column *c, struct sums *s)
{
    for (uint64_t i = 0; i < c->length; i++) {
        const uint64_t at = c->offset + i;
        switch (c->type) {
        case CSPM_TYPE_INT64:
            s->integers += ((const int64_t *)c->values)[at];
            break;
        case CSPM_TYPE_DOUBLE:
            s->floats += ((const double *)c->values)[at];
            break;
        case CSPM_TYPE_BOOL:
            s->trues += ((const uint8_t *)c->values)[at >> 3] >> (at & 7) & 1;
            break;
        case CSPM_TYPE_STRING:
            s->bytes += (uint64_t)(c->offsets[at + 1] - c->offsets[at]);
            break;
        default:
            break;
        }
    }
}

static int32_t read_columns(const char *text, struct sums *s, cspm_error **err)
{
    cspm_context *context = NULL;
    cspm_builder *builder = NULL;
    cspm_graph *graph = NULL;
    cspm_query *query = NULL;
    cspm_cursor *cursor = NULL;
    cspm_batch *batch;
    cspm_run_options options;
    int32_t rc = cspm_context_new(NULL, NULL, &context, err);
    memset(s, 0, sizeof *s);
    cspm_run_options_init(&options, sizeof options);
    options.max_work = options.max_memory_bytes = UINT64_MAX;
    if (rc == CSPM_OK)
        rc = cspm_builder_new(context, &builder, err);
    if (rc == CSPM_OK)
        rc = cspm_builder_finish(builder, NULL, NULL, &graph, err);
    if (rc == CSPM_OK)
        rc = cspm_query_compile(context, text, strlen(text), CSPM_LANG_GRAPH, &query, err);
    if (rc == CSPM_OK)
        rc = cspm_query_run(query, graph, NULL, &options, NULL, &cursor, err);
    while (rc == CSPM_OK && (rc = cspm_cursor_next(cursor, &batch, err)) == CSPM_OK) {
        for (uint32_t i = 0; i < cspm_cursor_columns(cursor); i++) {
            cspm_column c = { .struct_size = sizeof c };
            if (cspm_batch_column(batch, i, &c) == CSPM_OK)
                add(&c, s);
        }
        s->rows += cspm_batch_rows(batch);
        cspm_batch_unref(batch);
    }
    cspm_cursor_free(cursor);
    cspm_query_unref(query);
    cspm_graph_unref(graph);
    cspm_builder_free(builder);
    cspm_context_unref(context);
    return rc == CSPM_DONE ? CSPM_OK : rc;
}
*/
import "C"

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"
	"unsafe"

	"cspmgraph"
)

const rows = 1_000_000
const rounds = 9

type sums struct {
	integers     int64
	floats       float64
	trues, bytes uint64
	rows         uint64
}

func readC(text string) (sums, error) {
	var s C.struct_sums
	var failed *C.cspm_error
	query := C.CString(text)
	defer C.free(unsafe.Pointer(query))
	if C.read_columns(query, &s, &failed) != C.CSPM_OK {
		defer C.cspm_error_free(failed)
		return sums{}, errors.New(C.GoString(C.cspm_error_text(failed, nil)))
	}
	return sums{int64(s.integers), float64(s.floats), uint64(s.trues), uint64(s.bytes), uint64(s.rows)}, nil
}

func (s *sums) add(c *cspmgraph.Column, copies bool) error {
	switch c.Type() {
	case cspmgraph.TypeInt64:
		values, err := c.Int64s()
		for _, v := range values {
			s.integers += v
		}
		return err
	case cspmgraph.TypeDouble:
		values, err := c.Float64s()
		for _, v := range values {
			s.floats += v
		}
		return err
	case cspmgraph.TypeBool:
		values, err := c.Bools()
		for _, v := range values {
			if v {
				s.trues++
			}
		}
		return err
	case cspmgraph.TypeString:
		if !copies {
			places, err := c.Offsets()
			for i := 1; i < len(places); i++ {
				s.bytes += uint64(places[i] - places[i-1])
			}
			return err
		}
		values, err := c.Strings()
		for _, v := range values {
			s.bytes += uint64(len(v))
		}
		return err
	}
	return nil
}

func readBorrowed(text string) (sums, error) { return readGo(text, false) }
func readCopies(text string) (sums, error)   { return readGo(text, true) }

func readGo(text string, copies bool) (s sums, err error) {
	ctx := context.Background()
	builder, err := cspmgraph.NewBuilder(nil)
	if err != nil {
		return s, err
	}
	defer builder.Close()
	graph, err := builder.Finish(ctx, nil)
	if err != nil {
		return s, err
	}
	defer graph.Close()
	answer, err := graph.QueryWith(ctx, text, nil, cspmgraph.QueryOptions{MaxWork: cspmgraph.NoLimit, MaxMemoryBytes: cspmgraph.NoLimit})
	if err != nil {
		return s, err
	}
	defer answer.Close()
	for {
		batch, err := answer.NextBatch()
		if batch == nil || err != nil {
			return s, err
		}
		for i := range answer.Columns() {
			column, err := batch.Column(i)
			if err != nil {
				return s, err
			}
			if err := s.add(column, copies); err != nil {
				return s, err
			}
		}
		s.rows += uint64(batch.Len())
		batch.Close()
	}
}

func median(times []time.Duration) float64 {
	slices.Sort(times)
	return times[len(times)/2].Seconds()
}

// measure reports whether the gate held.
func measure(name, text string, read func(string) (sums, error), gate, goal float64) (bool, error) {
	var times [2][]time.Duration
	for range rounds {
		var found [2]sums
		for side, reader := range []func(string) (sums, error){readC, read} {
			begun := time.Now()
			s, err := reader(text)
			if err != nil {
				return false, err
			}
			times[side] = append(times[side], time.Since(begun))
			found[side] = s
		}
		if found[0] != found[1] || found[0].rows != rows {
			return false, fmt.Errorf("%s: C found %+v, Go %+v", name, found[0], found[1])
		}
	}
	c, ours := median(times[0]), median(times[1])
	ratio := c / ours
	line, err := json.Marshal(map[string]any{"name": name, "size": "1M rows", "ours": ours, "peer": c, "ratio": ratio, "gate": gate, "goal": goal, "ok": ratio >= gate})
	fmt.Println(string(line))
	return ratio >= gate, err
}

func main() {
	met := true
	numbers := fmt.Sprintf("UNWIND range(1, %d) AS i RETURN i, i * 0.5 AS half, i %% 2 = 0 AS even", rows)
	texts := fmt.Sprintf("UNWIND range(1, %d) AS i RETURN 'resource-' + toString(i) AS name", rows)
	for _, row := range []struct {
		name, text string
		read       func(string) (sums, error)
		gate, goal float64
	}{
		{"Go: int64, double, bool by column vs C", numbers, readBorrowed, 0.769, 0.769},
		{"Go: distinct strings by column vs C", texts, readBorrowed, 0.769, 0.769},
		{"Go: distinct strings as Go strings vs C", texts, readCopies, 0.5, 0.769},
	} {
		ok, err := measure(row.name, row.text, row.read, row.gate, row.goal)
		if err != nil {
			fmt.Fprintln(os.Stderr, "columns:", err)
			os.Exit(2)
		}
		met = met && ok
	}
	if !met {
		os.Exit(1)
	}
}
