package cspmgraph

// #include <cspmgraph/cspmgraph.h>
import "C"

import (
	"context"
	"fmt"
	"unsafe"
)

// Drawing is the picture of an analysis, for a layout: vertices by number, edges as pairs of them, and how many hops from the entries each is.
type Drawing struct {
	Edges   [][2]uint32
	Columns []uint32 // one for each vertex
}

// Drawing gives the picture of the analysis.
func (a *Analysis) Drawing() (*Drawing, error) {
	p, err := a.h.acquire()
	if err != nil {
		return nil, err
	}
	defer a.h.release()
	var out *C.cspm_buffer
	var n, m C.uint32_t
	var ends, columns *C.uint32_t
	var cerr *C.cspm_error
	if err := did(C.cspm_analysis_drawing((*C.cspm_analysis)(p), &out, &n, &ends, &m, &columns, &cerr), cerr); err != nil {
		return nil, err
	}
	defer C.cspm_buffer_unref(out)
	d := &Drawing{make([][2]uint32, int(m)), make([]uint32, int(n))}
	copy(d.Edges, unsafe.Slice((*[2]uint32)(unsafe.Pointer(ends)), int(m)))
	copy(d.Columns, unsafe.Slice((*uint32)(unsafe.Pointer(columns)), int(n)))
	return d, nil
}

// HTML gives the report with its picture placed by the caller: x and y in 0..1 for each vertex of the drawing, or nil for the library's columns.
func (a *Analysis) HTML(ctx context.Context, x, y []float64) ([]byte, error) {
	if len(x) != len(y) {
		return nil, usage("every vertex has an x and a y")
	}
	p, err := a.h.acquire()
	if err != nil {
		return nil, err
	}
	defer a.h.release()
	var xs, ys *C.double
	if len(x) > 0 {
		d, err := a.Drawing()
		if err != nil {
			return nil, err
		}
		if len(d.Columns) != len(x) {
			return nil, usage(fmt.Sprintf("%d places for %d vertices", len(x), len(d.Columns)))
		}
		xs, ys = (*C.double)(unsafe.Pointer(&x[0])), (*C.double)(unsafe.Pointer(&y[0]))
	}
	var out *C.cspm_buffer
	if err := run(ctx, a.engine, 0, func(op *C.cspm_op, cerr **C.cspm_error) C.int32_t {
		return C.cspm_analysis_html((*C.cspm_analysis)(p), xs, ys, C.uint32_t(len(x)), op, &out, cerr)
	}); err != nil {
		return nil, err
	}
	return takeBuffer(out), nil
}
