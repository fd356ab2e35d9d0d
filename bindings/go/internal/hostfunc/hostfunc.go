// Package hostfunc holds host functions for the tests: Go's test files cannot use cgo themselves.
package hostfunc

// #cgo pkg-config: cspmgraph
// #include <cspmgraph/cspmgraph.h>
//
// extern int32_t goEcho(void *user, cspm_call *call);
//
// static int released;
// static int32_t twice(void *user, cspm_call *call) { return cspm_call_return_int(call, *(int *)user * cspm_value_int(cspm_call_arg(call, 0))); }
// static void let_go(void *user) { (void)user; __atomic_add_fetch(&released, 1, __ATOMIC_SEQ_CST); }
// static int factor = 2;
// static void *twice_pointer(void) { return (void *)twice; }
// static void *release_pointer(void) { return (void *)let_go; }
// static void *factor_pointer(void) { return &factor; }
// static void *echo_pointer(void) { return (void *)goEcho; }
// static int released_count(void) { return __atomic_load_n(&released, __ATOMIC_SEQ_CST); }
import "C"

import (
	"unsafe"

	"cspmgraph"
)

// Twice doubles its argument, in C.
func Twice() cspmgraph.Function {
	return cspmgraph.Function{Name: "host.twice", MinArgs: 1, MaxArgs: 1, Function: C.twice_pointer(), User: C.factor_pointer(), Release: C.release_pointer()}
}

// Echo gives its arguments back as a list, in Go; called with "fail" it fails.
func Echo() cspmgraph.Function {
	return cspmgraph.Function{Name: "host.echo", MaxArgs: 9, Nulls: true, Function: C.echo_pointer()}
}

// Released counts the releases of Twice.
func Released() int { return int(C.released_count()) }

//export goEcho
func goEcho(_ unsafe.Pointer, c *C.cspm_call) C.int32_t {
	call := cspmgraph.CallOf(unsafe.Pointer(c))
	if call.Len() == 1 {
		switch v := call.Arg(0).Any().(type) {
		case string:
			if v == "fail" {
				return C.int32_t(call.Fail("told to"))
			}
			return C.int32_t(call.Return(v))
		case []any, map[string]any:
			return C.int32_t(call.Return(v))
		case cspmgraph.Value, nil:
			return C.int32_t(call.Return(call.Arg(0)))
		default:
			return C.int32_t(call.Return(v))
		}
	}
	out := []any{}
	for i := range call.Len() {
		out = append(out, call.Arg(i).Any())
	}
	return C.int32_t(call.Return(out))
}
