package cspmgraph

// #include <cspmgraph/cspmgraph.h>
import "C"

import (
	"fmt"
	"iter"
	"runtime"
	"strings"
	"sync"
	"time"
	"unsafe"
)

// Truncated says which limits cut an answer short; 0 = it is complete.
type Truncated uint32

// Limits that cut answers short.
const (
	TruncatedRows   Truncated = C.CSPM_TRUNCATED_ROWS
	TruncatedWork   Truncated = C.CSPM_TRUNCATED_WORK
	TruncatedTime   Truncated = C.CSPM_TRUNCATED_TIME
	TruncatedMemory Truncated = C.CSPM_TRUNCATED_MEMORY
)

// String names the limit, "" when there is none: what stands under "truncated" in JSON.
func (t Truncated) String() string {
	var names []string
	for i, name := range [...]string{"rows", "work", "time", "memory"} {
		if t&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, ",")
}

// Rows are the rows of an answer, made as they are read. Close them. Calls from several goroutines wait for each other, except Close, which stops a
// running call.
type Rows struct {
	one       sync.Mutex
	cursor    *handle
	op        *operation // nil: nothing to stop
	names     []string
	types     []Type
	batch     *Batch // of the present row
	columns   []*Column
	row, n    int
	err       error
	done      bool
	truncated Truncated
}

func newRows(c *C.cspm_cursor, op *operation) *Rows {
	r := &Rows{op: op, cursor: newHandle(unsafe.Pointer(c), "result", func(p unsafe.Pointer) { C.cspm_cursor_free((*C.cspm_cursor)(p)) })}
	for i := C.uint32_t(0); i < C.cspm_cursor_columns(c); i++ {
		var n C.size_t
		p := C.cspm_cursor_column_name(c, i, &n)
		r.names = append(r.names, C.GoStringN(p, C.int(n)))
		r.types = append(r.types, Type(C.cspm_cursor_column_type(c, i)))
	}
	if op != nil {
		runtime.SetFinalizer(r, func(r *Rows) { r.op.end() })
	}
	return r
}

// Columns are the names of the columns.
func (r *Rows) Columns() []string { return append([]string{}, r.names...) }

// Types are the types of the columns, the same in every batch.
func (r *Rows) Types() []Type { return append([]Type(nil), r.types...) }

// Close lets go of the rows. A call that is reading them is stopped; its error is ErrCancelled.
func (r *Rows) Close() error {
	if r.op != nil && !r.cursor.isClosed() {
		cancel(r.op.h)
	}
	r.cursor.close()
	if r.op != nil {
		r.op.end()
		runtime.SetFinalizer(r, nil)
	}
	r.one.Lock()
	defer r.one.Unlock()
	r.drop()
	return nil
}

func (r *Rows) drop() {
	if r.batch != nil {
		r.batch.Close()
	}
	r.batch, r.columns, r.row, r.n = nil, nil, 0, 0
}

// NextBatch gives the next rows column by column, nil at the end. The batch is the caller's to close. Rows of a batch that Next has begun are not
// given again.
func (r *Rows) NextBatch() (*Batch, error) {
	r.one.Lock()
	defer r.one.Unlock()
	r.drop()
	return r.fetch()
}

func (r *Rows) fetch() (*Batch, error) {
	if r.err != nil {
		return nil, r.err
	}
	if r.done {
		return nil, nil
	}
	p, err := r.cursor.acquire()
	if err != nil {
		r.err = err
		return nil, err
	}
	defer r.cursor.release()
	for {
		var out *C.cspm_batch
		var cerr *C.cspm_error
		status := C.cspm_cursor_next((*C.cspm_cursor)(p), &out, &cerr)
		r.truncated = Truncated(C.cspm_cursor_truncated((*C.cspm_cursor)(p)))
		switch status {
		case C.CSPM_OK:
			return newBatch(out), nil
		case C.CSPM_DONE:
			r.done = true
			return nil, nil
		case C.CSPM_MORE:
			continue
		}
		r.err = takeError(status, cerr)
		if r.op != nil {
			r.err = stoppedBy(r.op.ctx, r.err)
		}
		return nil, r.err
	}
}

// Next goes to the next row; false at the end and after an error.
func (r *Rows) Next() bool {
	r.one.Lock()
	defer r.one.Unlock()
	if r.row+1 < r.n {
		r.row++
		return true
	}
	for {
		r.drop()
		b, err := r.fetch()
		if err != nil || b == nil {
			return false
		}
		r.batch, r.n = b, b.Len()
		for i := range r.names {
			c, err := b.Column(i)
			if err != nil {
				r.err = err
				r.drop()
				return false
			}
			r.columns = append(r.columns, c)
		}
		if r.n > 0 {
			return true
		}
	}
}

// Row is the present row. It is valid until the next call of Next or Close; Values copies it.
func (r *Rows) Row() Row {
	r.one.Lock()
	defer r.one.Unlock()
	return Row{r.names, r.columns, r.batch, r.row}
}

// Scan copies the present row into variables, as Row.Scan does.
func (r *Rows) Scan(into ...any) error { return r.Row().Scan(into...) }

// Err is what ended the rows early; nil when they were read to the end.
func (r *Rows) Err() error {
	r.one.Lock()
	defer r.one.Unlock()
	return r.err
}

// Truncated says which limits cut the rows short so far.
func (r *Rows) Truncated() Truncated {
	r.one.Lock()
	defer r.one.Unlock()
	return r.truncated
}

// All gives every row that is left, for a range loop; a row is valid inside the loop's body. The rows are closed at the loop's end, however it ends.
func (r *Rows) All() iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		defer r.Close()
		for r.Next() {
			if !yield(r.Row(), nil) {
				return
			}
		}
		if err := r.Err(); err != nil {
			yield(Row{}, err)
		}
	}
}

// Batches gives every batch that is left, for a range loop; a batch is closed when the loop goes on, so what must stay is cloned. The rows are closed
// at the loop's end.
func (r *Rows) Batches() iter.Seq2[*Batch, error] {
	return func(yield func(*Batch, error) bool) {
		defer r.Close()
		for {
			b, err := r.NextBatch()
			if err != nil {
				yield(nil, err)
				return
			}
			if b == nil {
				return
			}
			more := yield(b, nil)
			b.Close()
			if !more {
				return
			}
		}
	}
}

// Collect reads every row that is left and closes the rows.
func (r *Rows) Collect() ([][]any, error) {
	defer r.Close()
	var out [][]any
	for r.Next() {
		values, err := r.Row().Values()
		if err != nil {
			return nil, err
		}
		out = append(out, values)
	}
	return out, r.Err()
}

// Row is one row of an answer.
type Row struct {
	names   []string
	columns []*Column
	batch   *Batch
	row     int
}

// Len is the number of columns.
func (r Row) Len() int { return len(r.columns) }

// Value gives one cell: nil, bool, int64, float64, string, time.Time, *Node, *Relationship, *Path, []any or map[string]any. In a column of several
// types, and inside lists and maps, it is as JSON has it: dates are ISO 8601 texts and nodes are maps.
func (r Row) Value(i int) (any, error) {
	if r.batch == nil {
		return nil, closedError("row")
	}
	if i < 0 || i >= len(r.columns) {
		return nil, usage(fmt.Sprintf("there is no column %d", i))
	}
	c := r.columns[i]
	if err := c.enter(); err != nil {
		return nil, err
	}
	defer c.leave()
	if !c.valid(r.row) {
		return nil, nil
	}
	switch c.Type() {
	case TypeBool:
		at := uint64(c.c.offset) + uint64(r.row)
		return *(*byte)(unsafe.Add(c.c.values, at>>3))>>(at&7)&1 != 0, nil
	case TypeInt64:
		return at[int64](c, r.row), nil
	case TypeDouble:
		return at[float64](c, r.row), nil
	case TypeString, TypeDictString, TypeDuration:
		return string(c.textAt(r.row)), nil
	case TypeTimestampUS, TypeDate:
		return c.time(r.row), nil
	}
	if c.Type() == TypeVariant {
		return decodeScalar(c.textAt(r.row))
	}
	text, err := r.batch.JSON(i, r.row)
	if err != nil {
		return nil, err
	}
	v, err := decodeValue(text)
	switch {
	case err != nil || v == nil:
		return nil, err
	case c.Type() == TypeNode:
		return nodeOf(v), nil
	case c.Type() == TypeEdge:
		return relationshipOf(v), nil
	case c.Type() == TypePath:
		return pathOf(v), nil
	}
	return v, nil
}

// Get gives the cell of a column by name; nil when it is null, or there is no such column.
func (r Row) Get(name string) any {
	for i, n := range r.names {
		if n == name {
			v, _ := r.Value(i)
			return v
		}
	}
	return nil
}

// JSON gives one cell as the library writes it.
func (r Row) JSON(i int) ([]byte, error) {
	if r.batch == nil {
		return nil, closedError("row")
	}
	return r.batch.JSON(i, r.row)
}

// Values copies every cell.
func (r Row) Values() ([]any, error) {
	out := make([]any, len(r.columns))
	for i := range out {
		v, err := r.Value(i)
		if err != nil {
			return nil, err
		}
		out[i] = v
	}
	return out, nil
}

// Scan copies cells into variables: *bool, *int64, *int, *float64, *string, *time.Time, **Node, **Relationship, **Path or *any; nil skips one. A null
// leaves the variable's zero value.
func (r Row) Scan(into ...any) error {
	if r.batch == nil {
		return closedError("row")
	}
	if len(into) != len(r.columns) {
		return usage(fmt.Sprintf("%d variables for %d columns", len(into), len(r.columns)))
	}
	for i, to := range into {
		if to == nil {
			continue
		}
		v, err := r.Value(i)
		if err == nil {
			err = assign(to, v)
		}
		if err != nil {
			return fmt.Errorf("column %s: %w", r.names[i], err)
		}
	}
	return nil
}

func assign(to, v any) error {
	ok := true
	switch to := to.(type) {
	case *any:
		*to = v
	case *int:
		var n int64
		n, ok = as[int64](v)
		*to = int(n)
	case *float64:
		if n, whole := v.(int64); whole {
			v = float64(n)
		}
		*to, ok = as[float64](v)
	case *bool:
		*to, ok = as[bool](v)
	case *int64:
		*to, ok = as[int64](v)
	case *string:
		*to, ok = as[string](v)
	case *time.Time:
		*to, ok = as[time.Time](v)
	case **Node:
		*to, ok = as[*Node](v)
	case **Relationship:
		*to, ok = as[*Relationship](v)
	case **Path:
		*to, ok = as[*Path](v)
	default:
		return usage(fmt.Sprintf("cannot copy into a %T", to))
	}
	if !ok {
		return usage(fmt.Sprintf("a %T does not fit into a %T", v, to))
	}
	return nil
}

func as[T any](v any) (out T, ok bool) {
	if v == nil {
		return out, true
	}
	out, ok = v.(T)
	return out, ok
}
