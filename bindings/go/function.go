package cspmgraph

// #include <cspmgraph/cspmgraph.h>
//
// static int32_t add_function(cspm_language *language, const char *name, size_t length, uint32_t least, uint32_t most, uint32_t flags, void *function, void *user,
//                             void *release, cspm_error **err)
// {
//     return cspm_language_add_function(language, name, length, least, most, flags, (cspm_function)function, user, (void (*)(void *))release, err);
// }
import "C"

import (
	"math"
	"time"
	"unsafe"
)

// Function describes a scalar function of the host for AddFunction. The functions are C functions, from a cgo preamble or a library: queries call them
// in their innermost loops, and this package calls nothing in Go from C. A host that wants one in Go exports it with //export and makes a Call of its
// argument with CallOf.
type Function struct {
	Name             string // letters, digits and _, in parts joined by dots
	MinArgs, MaxArgs int
	Nulls            bool           // it is also called with null arguments; otherwise one makes the answer null
	Changes          bool           // equal arguments may get different answers
	Function         unsafe.Pointer // int32_t (*)(void *user, cspm_call *call)
	User             unsafe.Pointer // C memory, handed to the function
	Release          unsafe.Pointer // void (*)(void *user), or nil; also called when adding fails
}

// AddFunction adds a function to the language: queries compiled with it call it by its name.
func (l *Language) AddFunction(f Function) error {
	if f.Function == nil || f.MinArgs < 0 || f.MaxArgs < 0 || f.MaxArgs > math.MaxInt32 || f.MinArgs > math.MaxInt32 {
		return usage("a function needs a C function, and numbers of arguments that make sense")
	}
	return l.change(func(c *C.cspm_language, err **C.cspm_error) C.int32_t {
		var flags C.uint32_t
		if f.Nulls {
			flags |= C.CSPM_FUNCTION_NULLS
		}
		if f.Changes {
			flags |= C.CSPM_FUNCTION_CHANGES
		}
		return C.add_function(c, cText(f.Name), cLen(f.Name), C.uint32_t(f.MinArgs), C.uint32_t(f.MaxArgs), flags, f.Function, f.User, f.Release, err)
	})
}

// ValueType is what an argument of a host function is.
type ValueType uint32

// Types of values.
const (
	ValueNull         ValueType = C.CSPM_VALUE_NULL
	ValueBool         ValueType = C.CSPM_VALUE_BOOL
	ValueInt          ValueType = C.CSPM_VALUE_INT
	ValueFloat        ValueType = C.CSPM_VALUE_FLOAT
	ValueString       ValueType = C.CSPM_VALUE_STRING
	ValueList         ValueType = C.CSPM_VALUE_LIST
	ValueMap          ValueType = C.CSPM_VALUE_MAP
	ValueNode         ValueType = C.CSPM_VALUE_NODE
	ValueRelationship ValueType = C.CSPM_VALUE_RELATIONSHIP
	ValuePath         ValueType = C.CSPM_VALUE_PATH
	ValueDate         ValueType = C.CSPM_VALUE_DATE
	ValueDateTime     ValueType = C.CSPM_VALUE_DATETIME
	ValueDuration     ValueType = C.CSPM_VALUE_DURATION
)

// Call is one call of a host function that is exported from Go: it and everything reached through it is valid until the function returns.
type Call struct{ c *C.cspm_call }

// CallOf makes a Call of the cspm_call pointer a host function was given.
func CallOf(call unsafe.Pointer) Call { return Call{(*C.cspm_call)(call)} }

// Value is an argument of a call, or a part of one.
type Value struct{ c *C.cspm_value }

// Len is the number of arguments.
func (c Call) Len() int { return int(C.cspm_call_arg_count(c.c)) }

// Arg gives an argument; null when there is none.
func (c Call) Arg(i int) Value { return Value{C.cspm_call_arg(c.c, C.uint32_t(i))} }

// Return gives the answer: nil, bool, int, int64, float64, string, a Value of the call, or what JSON can hold. The status is what the host function
// returns to the library.
func (c Call) Return(v any) int32 {
	switch v := v.(type) {
	case nil:
		return int32(C.cspm_call_return_value(c.c, nil))
	case Value:
		return int32(C.cspm_call_return_value(c.c, v.c))
	case bool:
		var one C.int32_t
		if v {
			one = 1
		}
		return int32(C.cspm_call_return_bool(c.c, one))
	case int:
		return int32(C.cspm_call_return_int(c.c, C.int64_t(v)))
	case int64:
		return int32(C.cspm_call_return_int(c.c, C.int64_t(v)))
	case float64:
		return int32(C.cspm_call_return_double(c.c, C.double(v)))
	case string:
		return int32(C.cspm_call_return_string(c.c, cText(v), cLen(v)))
	}
	text, err := encodeJSON(v)
	if err != nil {
		return c.Fail(err.Error())
	}
	return int32(C.cspm_call_return_json(c.c, cText(text), cLen(text)))
}

// Fail ends the query with a message; the status is what the host function returns.
func (c Call) Fail(message string) int32 {
	return int32(C.cspm_call_fail(c.c, cText(message), cLen(message)))
}

// Type of the value.
func (v Value) Type() ValueType { return ValueType(C.cspm_value_type(v.c)) }

// Int gives an integer, or a boolean as 0 or 1.
func (v Value) Int() int64 { return int64(C.cspm_value_int(v.c)) }

// Float gives a float or an integer.
func (v Value) Float() float64 { return float64(C.cspm_value_double(v.c)) }

// Time gives a date or datetime, in UTC.
func (v Value) Time() time.Time { return time.UnixMicro(v.Int()).UTC() }

// Text copies a text.
func (v Value) Text() string {
	var n C.size_t
	p := C.cspm_value_string(v.c, &n)
	if p == nil {
		return ""
	}
	return string(unsafe.Slice((*byte)(unsafe.Pointer(p)), int(n)))
}

// Len is the number of items of a list, of entries of a map.
func (v Value) Len() int { return int(C.cspm_value_count(v.c)) }

// Item gives an item of a list, or the value of an entry of a map; null when there is none.
func (v Value) Item(i int) Value { return Value{C.cspm_value_item(v.c, C.uint32_t(i))} }

// Key copies the key of an entry of a map.
func (v Value) Key(i int) string {
	var n C.size_t
	p := C.cspm_value_key(v.c, C.uint32_t(i), &n)
	if p == nil {
		return ""
	}
	return string(unsafe.Slice((*byte)(unsafe.Pointer(p)), int(n)))
}

// Any copies a value: nil, bool, int64, float64, string, time.Time, []any or map[string]any; what is opaque comes as the Value itself.
func (v Value) Any() any {
	switch v.Type() {
	case ValueNull:
		return nil
	case ValueBool:
		return v.Int() != 0
	case ValueInt:
		return v.Int()
	case ValueFloat:
		return v.Float()
	case ValueString:
		return v.Text()
	case ValueDate, ValueDateTime:
		return v.Time()
	case ValueList:
		out := make([]any, v.Len())
		for i := range out {
			out[i] = v.Item(i).Any()
		}
		return out
	case ValueMap:
		out := make(map[string]any, v.Len())
		for i := range v.Len() {
			out[v.Key(i)] = v.Item(i).Any()
		}
		return out
	}
	return v
}
