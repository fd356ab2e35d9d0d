package cspmgraph

// #include <cspmgraph/cspmgraph.h>
import "C"

import (
	"context"
	"sync"
	"time"
	"unsafe"
)

// Phase is what a running call is doing.
type Phase int

// Phases.
const (
	PhaseNone   Phase = C.CSPM_PHASE_NONE
	PhaseRead   Phase = C.CSPM_PHASE_READ
	PhaseFreeze Phase = C.CSPM_PHASE_FREEZE
	PhaseDerive Phase = C.CSPM_PHASE_DERIVE
	PhaseSearch Phase = C.CSPM_PHASE_SEARCH
	PhaseVerify Phase = C.CSPM_PHASE_VERIFY
	PhaseQuery  Phase = C.CSPM_PHASE_QUERY
	PhaseWrite  Phase = C.CSPM_PHASE_WRITE
)

// Progress says how far a call is. Total 0 = unknown.
type Progress struct {
	Phase       Phase
	Done, Total uint64
	Rows        uint64
	MemoryBytes uint64
}

type progressKey struct{}

type progressWatch struct {
	every time.Duration
	call  func(Progress)
}

// WithProgress makes calls under the context report how far they are, every so often and from a goroutine of their own; reports end before the call
// returns. The rows of a query report while they are open.
func WithProgress(ctx context.Context, every time.Duration, report func(Progress)) context.Context {
	if every <= 0 {
		every = 100 * time.Millisecond
	}
	return context.WithValue(ctx, progressKey{}, progressWatch{every, report})
}

// operation ties a running call to a context: when the context ends, the call is told to stop.
type operation struct {
	h    *handle
	ctx  context.Context
	ends []func()
	once sync.Once
}

// newOperation begins to watch; end must follow, when the call is over. A timeout of 0 is none.
func newOperation(ctx context.Context, e *Engine, timeout time.Duration) (*operation, error) {
	if cause := ctx.Err(); cause != nil {
		return nil, contextError(cause)
	}
	context_, err := e.h.acquire()
	if err != nil {
		return nil, err
	}
	defer e.h.release()
	var op *C.cspm_op
	var cerr *C.cspm_error
	if status := C.cspm_op_new((*C.cspm_context)(context_), &op, &cerr); status != C.CSPM_OK {
		return nil, takeError(status, cerr)
	}
	if timeout > 0 {
		C.cspm_op_set_timeout_ms(op, C.uint64_t(max(timeout.Milliseconds(), 1)))
	}
	o := &operation{ctx: ctx, h: newHandle(unsafe.Pointer(op), "operation", func(p unsafe.Pointer) { C.cspm_op_unref((*C.cspm_op)(p)) })}
	h := o.h // what watches holds the handle and not the operation, so that forgotten rows can be collected
	if ctx.Done() != nil {
		cancelled := make(chan struct{})
		stop := context.AfterFunc(ctx, func() { cancel(h); close(cancelled) })
		o.ends = append(o.ends, func() {
			if !stop() {
				<-cancelled
			}
		})
	}
	if watch, ok := ctx.Value(progressKey{}).(progressWatch); ok {
		quit, done := make(chan struct{}), make(chan struct{})
		go watch.run(h, quit, done)
		o.ends = append(o.ends, func() { close(quit); <-done })
	}
	return o, nil
}

func cancel(h *handle) {
	if p, err := h.acquire(); err == nil {
		C.cspm_op_cancel((*C.cspm_op)(p))
		h.release()
	}
}

func (w progressWatch) run(h *handle, quit, done chan struct{}) {
	defer close(done)
	tick := time.NewTicker(w.every)
	defer tick.Stop()
	for {
		select {
		case <-quit:
			return
		case <-tick.C:
		}
		p, err := h.acquire()
		if err != nil {
			return
		}
		c := C.cspm_progress{struct_size: C.uint32_t(unsafe.Sizeof(C.cspm_progress{}))}
		C.cspm_op_progress((*C.cspm_op)(p), &c)
		h.release()
		w.call(Progress{Phase(c.phase), uint64(c.done), uint64(c.total), uint64(c.rows), uint64(c.memory_bytes)})
	}
}

func (o *operation) c() *C.cspm_op { return (*C.cspm_op)(o.h.ptr) }

// status says whether the call may go on.
func (o *operation) status() error {
	p, err := o.h.acquire()
	if err != nil {
		return err
	}
	defer o.h.release()
	if status := C.cspm_op_status((*C.cspm_op)(p)); status != C.CSPM_OK {
		return stoppedBy(o.ctx, &Error{Code: Code(status), Message: "stopped"})
	}
	return nil
}

// end stops watching, waits for a watcher that is at it, and lets go of the operation: a late cancel must not meet anything newer.
func (o *operation) end() {
	o.once.Do(func() {
		for _, f := range o.ends {
			f()
		}
		o.h.close()
	})
}

// run makes one call that a context may stop.
func run(ctx context.Context, e *Engine, timeout time.Duration, call func(op *C.cspm_op, err **C.cspm_error) C.int32_t) error {
	o, err := newOperation(ctx, e, timeout)
	if err != nil {
		return err
	}
	defer o.end()
	var cerr *C.cspm_error
	if status := call(o.c(), &cerr); status != C.CSPM_OK {
		return stoppedBy(ctx, takeError(status, cerr))
	}
	return nil
}

// did turns the outcome of a call without an operation into an error.
func did(status C.int32_t, err *C.cspm_error) error {
	if status == C.CSPM_OK {
		return nil
	}
	return takeError(status, err)
}
