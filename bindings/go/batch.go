package cspmgraph

// #include <cspmgraph/cspmgraph.h>
import "C"

import (
	"fmt"
	"runtime"
	"time"
	"unsafe"
)

// Type is the type of a column.
type Type uint32

// Column types.
const (
	TypeNull        Type = C.CSPM_TYPE_NULL
	TypeBool        Type = C.CSPM_TYPE_BOOL
	TypeInt64       Type = C.CSPM_TYPE_INT64
	TypeDouble      Type = C.CSPM_TYPE_DOUBLE
	TypeString      Type = C.CSPM_TYPE_STRING
	TypeDictString  Type = C.CSPM_TYPE_DICT_STRING
	TypeNode        Type = C.CSPM_TYPE_NODE // node numbers
	TypeEdge        Type = C.CSPM_TYPE_EDGE // relationship identities
	TypeList        Type = C.CSPM_TYPE_LIST
	TypeTimestampUS Type = C.CSPM_TYPE_TIMESTAMP_US // microseconds since the epoch, UTC
	TypeStruct      Type = C.CSPM_TYPE_STRUCT
	TypeMap         Type = C.CSPM_TYPE_MAP
	TypePath        Type = C.CSPM_TYPE_PATH     // JSON of a path
	TypeDate        Type = C.CSPM_TYPE_DATE     // days since the epoch
	TypeDuration    Type = C.CSPM_TYPE_DURATION // ISO 8601 text
	TypeVariant     Type = C.CSPM_TYPE_VARIANT  // JSON
)

var typeNames = [...]string{"null", "bool", "int64", "double", "string", "dictionary string", "node", "edge", "list", "timestamp", "struct", "map", "path",
	"date", "duration", "variant"}

func (t Type) String() string {
	if int(t) < len(typeNames) {
		return typeNames[t]
	}
	return fmt.Sprintf("type %d", uint32(t))
}

// Batch is up to 65,536 rows, column by column and immutable. It outlives the rows it came from.
type Batch struct {
	h *handle
}

func newBatch(c *C.cspm_batch) *Batch {
	return &Batch{newHandle(unsafe.Pointer(c), "batch", func(p unsafe.Pointer) { C.cspm_batch_unref((*C.cspm_batch)(p)) })}
}

// Close releases the batch and everything borrowed from it.
func (b *Batch) Close() error {
	b.h.close()
	return nil
}

// Clone gives a handle of its own on the same rows, which are not copied.
func (b *Batch) Clone() (*Batch, error) {
	p, err := b.h.acquire()
	if err != nil {
		return nil, err
	}
	defer b.h.release()
	return newBatch(C.cspm_batch_ref((*C.cspm_batch)(p))), nil
}

// Len is the number of rows; 0 when the batch is closed.
func (b *Batch) Len() int {
	p, err := b.h.acquire()
	if err != nil {
		return 0
	}
	defer b.h.release()
	return int(C.cspm_batch_rows((*C.cspm_batch)(p)))
}

// JSON gives one cell as JSON.
func (b *Batch) JSON(column, row int) ([]byte, error) {
	if column < 0 || row < 0 {
		return nil, usage("there is no such cell")
	}
	p, err := b.h.acquire()
	if err != nil {
		return nil, err
	}
	defer b.h.release()
	var out *C.cspm_buffer
	var cerr *C.cspm_error
	if err := did(C.cspm_batch_cell_json((*C.cspm_batch)(p), C.uint32_t(column), C.uint64_t(row), &out, &cerr), cerr); err != nil {
		return nil, err
	}
	return takeBuffer(out), nil
}

// AllJSON gives every row: one array of arrays, or with lines one object a line.
func (b *Batch) AllJSON(lines bool) ([]byte, error) {
	p, err := b.h.acquire()
	if err != nil {
		return nil, err
	}
	defer b.h.release()
	var out *C.cspm_buffer
	var cerr *C.cspm_error
	var format C.uint32_t
	if lines {
		format = 1
	}
	if err := did(C.cspm_batch_json((*C.cspm_batch)(p), format, &out, &cerr), cerr); err != nil {
		return nil, err
	}
	return takeBuffer(out), nil
}

// Column borrows one column.
func (b *Batch) Column(i int) (*Column, error) {
	if i < 0 {
		return nil, usage("there is no such column")
	}
	p, err := b.h.acquire()
	if err != nil {
		return nil, err
	}
	defer b.h.release()
	c := &Column{batch: b}
	c.c.struct_size = C.uint32_t(unsafe.Sizeof(c.c))
	if status := C.cspm_batch_column((*C.cspm_batch)(p), C.uint32_t(i), &c.c); status != C.CSPM_OK {
		return nil, &Error{Code: Code(status), Message: fmt.Sprintf("there is no column %d", i)}
	}
	return c, nil
}

// Column is one column of a batch. Methods that say "borrowed" give the library's own memory: it is read-only, and valid until the batch is closed.
// A column keeps its batch from being collected, a borrowed slice does not: keep the batch, or close it with defer. The others copy.
type Column struct {
	batch *Batch
	c     C.cspm_column
}

// Type of the column; the same in every batch of a result.
func (c *Column) Type() Type { return Type(c.c._type) }

// Len is the number of rows.
func (c *Column) Len() int { return int(c.c.length) }

// NullCount is the number of rows without a value.
func (c *Column) NullCount() int { return int(c.c.null_count) }

// enter keeps the batch open during a call.
func (c *Column) enter(types ...Type) error {
	if _, err := c.batch.h.acquire(); err != nil {
		return err
	}
	if len(types) == 0 {
		return nil
	}
	for _, t := range types {
		if t == c.Type() {
			return nil
		}
	}
	c.leave()
	return usage(fmt.Sprintf("the column holds %s, not %s", c.Type(), types[0]))
}

func (c *Column) leave() { c.batch.h.release() }

// fixed borrows the values of a column of one width.
func fixed[T any](c *Column, types ...Type) ([]T, error) {
	if err := c.enter(types...); err != nil {
		return nil, err
	}
	defer c.leave()
	if c.c.length == 0 || c.c.values == nil {
		return nil, nil
	}
	return unsafe.Slice((*T)(c.c.values), uint64(c.c.offset+c.c.length))[c.c.offset:], nil
}

// Int64s borrows integers; what stands at a null is not meant to be read.
func (c *Column) Int64s() ([]int64, error) { return fixed[int64](c, TypeInt64) }

// Float64s borrows floats.
func (c *Column) Float64s() ([]float64, error) { return fixed[float64](c, TypeDouble) }

// Nodes borrows node numbers.
func (c *Column) Nodes() ([]uint32, error) { return fixed[uint32](c, TypeNode) }

// Edges borrows relationship identities.
func (c *Column) Edges() ([]uint64, error) { return fixed[uint64](c, TypeEdge) }

// Timestamps borrows microseconds since the epoch, UTC.
func (c *Column) Timestamps() ([]int64, error) { return fixed[int64](c, TypeTimestampUS) }

// Dates borrows days since the epoch.
func (c *Column) Dates() ([]int32, error) { return fixed[int32](c, TypeDate) }

// Indices borrows places in the column's dictionary.
func (c *Column) Indices() ([]int32, error) { return fixed[int32](c, TypeDictString) }

// Dictionary borrows the column of distinct texts that Indices point into.
func (c *Column) Dictionary() (*Column, error) {
	if err := c.enter(TypeDictString); err != nil {
		return nil, err
	}
	defer c.leave()
	return c.child(0)
}

// Items borrows the column of a list's items; Offsets say which are whose.
func (c *Column) Items() (*Column, error) {
	if err := c.enter(TypeList, TypeMap); err != nil {
		return nil, err
	}
	defer c.leave()
	return c.child(0)
}

// Child borrows a column inside this one.
func (c *Column) Child(i int) (*Column, error) {
	if err := c.enter(); err != nil {
		return nil, err
	}
	defer c.leave()
	return c.child(i)
}

// Children is the number of columns inside this one.
func (c *Column) Children() int { return int(c.c.n_children) }

func (c *Column) child(i int) (*Column, error) {
	if i < 0 || i >= int(c.c.n_children) {
		return nil, usage(fmt.Sprintf("there is no column %d inside", i))
	}
	return &Column{batch: c.batch, c: *unsafe.Slice(c.c.children, int(c.c.n_children))[i]}, nil
}

// Offsets borrows Len()+1 places: row i of a text or list is from Offsets[i] to Offsets[i+1] of Bytes or Items.
func (c *Column) Offsets() ([]int32, error) {
	if err := c.enter(TypeString, TypeVariant, TypePath, TypeDuration, TypeList, TypeMap); err != nil {
		return nil, err
	}
	defer c.leave()
	return c.places(), nil
}

func (c *Column) places() []int32 {
	if c.c.offsets == nil {
		return nil
	}
	return unsafe.Slice((*int32)(unsafe.Pointer(c.c.offsets)), uint64(c.c.offset+c.c.length)+1)[c.c.offset:]
}

// Bytes borrows the texts of a column, one behind the other.
func (c *Column) Bytes() ([]byte, error) {
	if err := c.enter(TypeString, TypeVariant, TypePath, TypeDuration); err != nil {
		return nil, err
	}
	defer c.leave()
	return c.text(), nil
}

func (c *Column) text() []byte {
	if c.c.values == nil || c.c.values_bytes == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(c.c.values), uint64(c.c.values_bytes))
}

// Validity borrows one bit a row, least significant first, beginning with bit `first`: set = there is a value. nil = there are no nulls.
func (c *Column) Validity() (bits []byte, first int, err error) {
	if err := c.enter(); err != nil {
		return nil, 0, err
	}
	defer c.leave()
	if c.c.validity == nil {
		return nil, 0, nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(c.c.validity)), uint64(c.c.offset+c.c.length+7)/8), int(c.c.offset), nil
}

func bit(bits []byte, i uint64) bool { return bits[i>>3]>>(i&7)&1 != 0 }

func (c *Column) valid(i int) bool {
	if c.Type() == TypeNull {
		return false
	}
	if c.c.validity == nil {
		return true
	}
	at := uint64(c.c.offset) + uint64(i)
	return *(*byte)(unsafe.Add(unsafe.Pointer(c.c.validity), at>>3))>>(at&7)&1 != 0
}

// Valid tells whether a row has a value; false when the batch is closed or there is no such row.
func (c *Column) Valid(i int) bool {
	if i < 0 || i >= c.Len() || c.enter() != nil {
		return false
	}
	defer c.leave()
	return c.valid(i)
}

// Valids copies, for each row, whether it has a value.
func (c *Column) Valids() ([]bool, error) {
	if err := c.enter(); err != nil {
		return nil, err
	}
	defer c.leave()
	out := make([]bool, c.Len())
	for i := range out {
		out[i] = c.valid(i)
	}
	return out, nil
}

// Bools copies booleans.
func (c *Column) Bools() ([]bool, error) {
	if err := c.enter(TypeBool); err != nil {
		return nil, err
	}
	defer c.leave()
	out := make([]bool, c.Len())
	if len(out) > 0 && c.c.values != nil {
		bits := unsafe.Slice((*byte)(c.c.values), uint64(c.c.offset+c.c.length+7)/8)
		for i := range out {
			out[i] = bit(bits, uint64(c.c.offset)+uint64(i))
		}
	}
	return out, nil
}

// CopyInt64s copies integers.
func (c *Column) CopyInt64s() ([]int64, error) { return copied(c, c.Int64s) }

// CopyFloat64s copies floats.
func (c *Column) CopyFloat64s() ([]float64, error) { return copied(c, c.Float64s) }

// CopyNodes copies node numbers.
func (c *Column) CopyNodes() ([]uint32, error) { return copied(c, c.Nodes) }

// CopyEdges copies relationship identities.
func (c *Column) CopyEdges() ([]uint64, error) { return copied(c, c.Edges) }

// Times copies timestamps and dates, in UTC.
func (c *Column) Times() ([]time.Time, error) {
	if err := c.enter(TypeTimestampUS, TypeDate); err != nil {
		return nil, err
	}
	defer c.leave()
	out := make([]time.Time, c.Len())
	for i := range out {
		if c.valid(i) {
			out[i] = c.time(i)
		}
	}
	return out, nil
}

func (c *Column) time(i int) time.Time {
	if c.Type() == TypeDate {
		return time.Unix(int64(at[int32](c, i))*86400, 0).UTC()
	}
	return time.UnixMicro(at[int64](c, i)).UTC()
}

// at reads one value; the batch is open and the row is there.
func at[T any](c *Column, i int) T {
	var t T
	return *(*T)(unsafe.Add(c.c.values, (uintptr(c.c.offset)+uintptr(i))*unsafe.Sizeof(t)))
}

// Strings copies texts: of text columns and dictionaries; JSON of variants and paths. Rows without a value are "".
func (c *Column) Strings() ([]string, error) {
	if err := c.enter(TypeString, TypeDictString, TypeVariant, TypePath, TypeDuration); err != nil {
		return nil, err
	}
	defer c.leave()
	out := make([]string, c.Len())
	if len(out) == 0 {
		return out, nil
	}
	if c.Type() == TypeDictString {
		words, err := c.child(0)
		if err != nil {
			return nil, err
		}
		known, err := words.Strings()
		if err != nil {
			return nil, err
		}
		for i := range out {
			if c.valid(i) {
				out[i] = known[at[int32](c, i)]
			}
		}
		return out, nil
	}
	// One copy of all the bytes; the strings share it.
	places := c.places()
	all := string(c.text()[places[0]:places[len(out)]])
	for i := range out {
		if c.valid(i) {
			out[i] = all[places[i]-places[0] : places[i+1]-places[0]]
		}
	}
	return out, nil
}

// textAt borrows one text; the batch is open, the row is there and is a text.
func (c *Column) textAt(i int) []byte {
	col := *c
	if c.Type() == TypeDictString {
		words := unsafe.Slice(c.c.children, 1)[0]
		i = int(at[int32](c, i))
		col.c = *words
	}
	places := col.places()
	return col.text()[places[i]:places[i+1]]
}

func copied[T any](c *Column, borrow func() ([]T, error)) ([]T, error) {
	if err := c.enter(); err != nil {
		return nil, err
	}
	defer c.leave()
	values, err := borrow()
	if err != nil {
		return nil, err
	}
	out := make([]T, len(values))
	copy(out, values)
	runtime.KeepAlive(c)
	return out, nil
}
