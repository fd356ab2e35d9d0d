package cspmgraph

// #include <cspmgraph/cspmgraph.h>
import "C"

import (
	"sync"
	"unsafe"
)

// Language is what a host adds to the query language, and what it hides from queries. One serves any number of compiles.
type Language struct {
	one    sync.RWMutex // compiles read it, the setters change it
	h      *handle
	engine *Engine
}

// NewLanguage makes an empty one; nil is the shared engine.
func NewLanguage(engine *Engine) (*Language, error) {
	e, err := orShared(engine)
	if err != nil {
		return nil, err
	}
	p, err := e.h.acquire()
	if err != nil {
		return nil, err
	}
	defer e.h.release()
	var out *C.cspm_language
	var cerr *C.cspm_error
	if err := did(C.cspm_language_new((*C.cspm_context)(p), &out, &cerr), cerr); err != nil {
		return nil, err
	}
	h := newHandle(unsafe.Pointer(out), "language", func(p unsafe.Pointer) { C.cspm_language_free((*C.cspm_language)(p)) })
	return &Language{h: h, engine: e}, nil
}

// Close lets go of the language. Queries compiled with it are not affected.
func (l *Language) Close() error {
	l.h.close()
	return nil
}

// acquire is for one compile; release must follow.
func (l *Language) acquire() (*C.cspm_language, error) {
	l.one.RLock()
	p, err := l.h.acquire()
	if err != nil {
		l.one.RUnlock()
		return nil, err
	}
	return (*C.cspm_language)(p), nil
}

func (l *Language) release() {
	l.h.release()
	l.one.RUnlock()
}

func (l *Language) change(call func(*C.cspm_language, **C.cspm_error) C.int32_t) error {
	l.one.Lock()
	defer l.one.Unlock()
	p, err := l.h.acquire()
	if err != nil {
		return err
	}
	defer l.h.release()
	var cerr *C.cspm_error
	return did(call((*C.cspm_language)(p), &cerr), cerr)
}

// AddType adds relationship kinds to a type set: in patterns the name of the set stands for all its kinds, as in -[:MOVES*1..4]->.
func (l *Language) AddType(set string, kinds ...string) error {
	for _, kind := range kinds {
		if err := l.change(func(c *C.cspm_language, err **C.cspm_error) C.int32_t {
			return C.cspm_language_add_type(c, cText(set), cLen(set), cText(kind), cLen(kind), err)
		}); err != nil {
			return err
		}
	}
	return nil
}

// SearchRegex lets =~ find its pattern anywhere in the text instead of matching the whole text.
func (l *Language) SearchRegex(search bool) error {
	return l.change(func(c *C.cspm_language, _ **C.cspm_error) C.int32_t {
		var on C.int32_t
		if search {
			on = 1
		}
		C.cspm_language_search_regex(c, on)
		return C.CSPM_OK
	})
}

// RestrictLabel hides every node without the label from queries, and with it its relationships; no query text changes that. It replaces an earlier
// restriction. The pipe form refuses to be restricted.
func (l *Language) RestrictLabel(label string) error {
	return l.change(func(c *C.cspm_language, err **C.cspm_error) C.int32_t {
		return C.cspm_language_restrict_label(c, cText(label), cLen(label), err)
	})
}

// RestrictProperty is RestrictLabel for nodes whose property is exactly this text: one tenant of several.
func (l *Language) RestrictProperty(key, value string) error {
	return l.change(func(c *C.cspm_language, err **C.cspm_error) C.int32_t {
		return C.cspm_language_restrict_property(c, cText(key), cLen(key), cText(value), cLen(value), err)
	})
}
