package cspmgraph

// #include <cspmgraph/cspmgraph.h>
import "C"

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Code is a status code of the library.
type Code int

// Status codes. The numbers never change.
const (
	CodeInvalid      Code = C.CSPM_E_INVALID
	CodeNoMemory     Code = C.CSPM_E_NOMEM
	CodeIO           Code = C.CSPM_E_IO
	CodeParse        Code = C.CSPM_E_PARSE
	CodeLimit        Code = C.CSPM_E_LIMIT
	CodeCancelled    Code = C.CSPM_E_CANCELLED
	CodeTimeout      Code = C.CSPM_E_TIMEOUT
	CodeNotFound     Code = C.CSPM_E_NOTFOUND
	CodeUnsupported  Code = C.CSPM_E_UNSUPPORTED
	CodeABI          Code = C.CSPM_E_ABI
	CodeInternal     Code = C.CSPM_E_INTERNAL
	CodeQuery        Code = C.CSPM_E_QUERY
	CodeUnrecognised Code = C.CSPM_E_UNRECOGNISED
)

// String is the name of the code, such as "CSPM_E_PARSE".
func (c Code) String() string { return C.GoString(C.cspm_status_name(C.int32_t(c))) }

// kind is what errors.Is compares an *Error with: one thing a caller may want to tell apart.
type kind struct {
	text  string
	codes []Code
}

func (k *kind) Error() string { return "cspmgraph: " + k.text }

// What an error is about, for errors.Is.
var (
	// ErrQuery: the text of a query, or a parameter of it, is wrong.
	ErrQuery error = &kind{"query", []Code{CodeQuery}}
	// ErrInput: an input is unreadable, malformed, damaged or of no known dialect.
	ErrInput error = &kind{"input", []Code{CodeIO, CodeParse, CodeUnrecognised}}
	// ErrLimit: a limit or a deadline stopped the call.
	ErrLimit error = &kind{"limit", []Code{CodeLimit, CodeTimeout}}
	// ErrTimeout: a deadline stopped the call.
	ErrTimeout error = &kind{"timeout", []Code{CodeTimeout}}
	// ErrCancelled: the context was cancelled, or the object was closed under the call.
	ErrCancelled error = &kind{"cancelled", []Code{CodeCancelled}}
	// ErrNotFound: there is no such node or rule.
	ErrNotFound error = &kind{"not found", []Code{CodeNotFound}}
	// ErrInvalid: an argument makes no sense.
	ErrInvalid error = &kind{"invalid argument", []Code{CodeInvalid}}
	// ErrNoMemory: the system refused memory.
	ErrNoMemory error = &kind{"out of memory", []Code{CodeNoMemory}}
	// ErrUnsupported: not in this build, or no such format.
	ErrUnsupported error = &kind{"unsupported", []Code{CodeUnsupported, CodeABI}}
	// ErrInternal: a mistake in the library.
	ErrInternal error = &kind{"internal", []Code{CodeInternal}}
	// ErrClosed: the object was closed. Such errors are ErrInvalid too.
	ErrClosed = errors.New("cspmgraph: closed")
)

// Error is what the library could not do. Line counts from 1, Column in characters from 1, Offset in bytes from 0; Line 0 = no place is known.
type Error struct {
	Code    Code
	Message string // one line, without the place
	Source  string // name of the file, query or pack; "" = unknown
	Line    int
	Column  int
	Offset  uint64
	JSON    string // every field there is, also those without one here: class, detail, found, expected, hint
	text    string
	cause   error
}

// Error is one line: the place where there is one, and the message.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Source != "" {
		b.WriteString(e.Source + ":")
	}
	if e.Line > 0 {
		fmt.Fprintf(&b, "%d:%d:", e.Line, e.Column)
	}
	if b.Len() > 0 {
		b.WriteByte(' ')
	}
	b.WriteString(e.Message)
	return b.String()
}

// Text is the error as people read it, with the line of the source and a caret where they are known.
func (e *Error) Text() string {
	if e.text == "" {
		return e.Error()
	}
	return e.text
}

// Unwrap gives the error of the context that stopped the call, or [ErrClosed].
func (e *Error) Unwrap() error { return e.cause }

// Is tells whether the error is of a kind such as [ErrQuery].
func (e *Error) Is(target error) bool {
	k, ok := target.(*kind)
	if !ok {
		return false
	}
	for _, c := range k.codes {
		if c == e.Code {
			return true
		}
	}
	return false
}

// takeError makes a Go error of a failed call and frees the library's.
func takeError(status C.int32_t, err *C.cspm_error) error {
	if err == nil {
		return &Error{Code: Code(status), Message: "the call failed: " + Code(status).String()}
	}
	defer C.cspm_error_free(err)
	var offset C.uint64_t
	var line, column C.uint32_t
	var n C.size_t
	C.cspm_error_position(err, &offset, &line, &column)
	e := &Error{Code: Code(C.cspm_error_code(err)), Line: int(line), Column: int(column), Offset: uint64(offset)}
	p := C.cspm_error_message(err, &n)
	e.Message = C.GoStringN(p, C.int(n))
	p = C.cspm_error_source(err, &n)
	e.Source = C.GoStringN(p, C.int(n))
	p = C.cspm_error_json(err, &n)
	e.JSON = C.GoStringN(p, C.int(n))
	p = C.cspm_error_text(err, &n)
	e.text = C.GoStringN(p, C.int(n))
	return e
}

// stoppedBy makes the error of a call say which context stopped it.
func stoppedBy(ctx context.Context, err error) error {
	cause := ctx.Err()
	var e *Error
	if cause == nil || !errors.As(err, &e) || (e.Code != CodeCancelled && e.Code != CodeTimeout) {
		return err
	}
	return contextError(cause)
}

func contextError(cause error) error {
	if errors.Is(cause, context.DeadlineExceeded) {
		return &Error{Code: CodeTimeout, Message: "stopped by the deadline of the context", cause: cause}
	}
	return &Error{Code: CodeCancelled, Message: "stopped by the context", cause: cause}
}

func usage(message string) error { return &Error{Code: CodeInvalid, Message: message} }

func closedError(what string) error {
	return &Error{Code: CodeInvalid, Message: "the " + what + " is closed", cause: ErrClosed}
}
