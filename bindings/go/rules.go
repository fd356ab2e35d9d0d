package cspmgraph

// #include <cspmgraph/cspmgraph.h>
import "C"

import (
	"context"
	"sync"
	"unsafe"
)

// Rules are rule packs: what makes a node risky, a relationship an attack step, a path a finding. Packs are added first; the first use seals the set,
// and from then on it is immutable.
type Rules struct {
	one    sync.Mutex // while it is being filled
	h      *handle
	engine *Engine
	sealed bool
}

func newRules(c *C.cspm_ruleset, e *Engine, sealed bool) *Rules {
	h := newHandle(unsafe.Pointer(c), "rule set", func(p unsafe.Pointer) { C.cspm_ruleset_unref((*C.cspm_ruleset)(p)) })
	return &Rules{h: h, engine: e, sealed: sealed}
}

// NewRules makes an empty set; nil is the shared engine.
func NewRules(engine *Engine) (*Rules, error) {
	e, err := orShared(engine)
	if err != nil {
		return nil, err
	}
	p, err := e.h.acquire()
	if err != nil {
		return nil, err
	}
	defer e.h.release()
	var out *C.cspm_ruleset
	var cerr *C.cspm_error
	if err := did(C.cspm_ruleset_new((*C.cspm_context)(p), &out, &cerr), cerr); err != nil {
		return nil, err
	}
	return newRules(out, e, false), nil
}

// BuiltinRules makes a sealed set of the packs that ship inside the library.
func BuiltinRules(engine *Engine) (*Rules, error) {
	r, err := NewRules(engine)
	if err != nil {
		return nil, err
	}
	if err = r.AddBuiltin(); err == nil {
		err = r.Seal()
	}
	if err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}

// Close lets go of the set. Graphs made by it are not affected.
func (r *Rules) Close() error {
	if r != nil {
		r.h.close()
	}
	return nil
}

// fill makes a call that changes the set.
func (r *Rules) fill(call func(*C.cspm_ruleset, **C.cspm_error) C.int32_t) error {
	r.one.Lock()
	defer r.one.Unlock()
	p, err := r.h.acquire()
	if err != nil {
		return err
	}
	defer r.h.release()
	var cerr *C.cspm_error
	return did(call((*C.cspm_ruleset)(p), &cerr), cerr)
}

// AddBuiltin adds the packs that ship inside the library.
func (r *Rules) AddBuiltin() error {
	return r.fill(func(c *C.cspm_ruleset, err **C.cspm_error) C.int32_t { return C.cspm_ruleset_add_builtin(c, err) })
}

// AddPath adds a pack file, or every *.yaml below a directory. A rule with an id that is there already replaces it.
func (r *Rules) AddPath(path string) error {
	return r.fill(func(c *C.cspm_ruleset, err **C.cspm_error) C.int32_t {
		return C.cspm_ruleset_add_path(c, cText(path), cLen(path), err)
	})
}

// AddText adds one pack; the source is what errors call it.
func (r *Rules) AddText(yaml, source string) error {
	name, err := cName(source, "the source")
	if err != nil {
		return err
	}
	defer freeName(name)
	return r.fill(func(c *C.cspm_ruleset, err **C.cspm_error) C.int32_t {
		return C.cspm_ruleset_add_text(c, cText(yaml), cLen(yaml), name, err)
	})
}

// Disable switches off one rule, or a whole pack, by id.
func (r *Rules) Disable(id string) error {
	return r.fill(func(c *C.cspm_ruleset, err **C.cspm_error) C.int32_t {
		return C.cspm_ruleset_disable(c, cText(id), cLen(id), err)
	})
}

// Seal checks and compiles the set. Whatever uses it first does so too.
func (r *Rules) Seal() error {
	r.one.Lock()
	sealed := r.sealed
	r.one.Unlock()
	if sealed {
		return nil
	}
	return r.fill(func(c *C.cspm_ruleset, err **C.cspm_error) C.int32_t {
		status := C.cspm_ruleset_seal(c, err)
		r.sealed = status == C.CSPM_OK
		return status
	})
}

// borrow gives the sealed set for one call, NULL for nil; done must follow.
func (r *Rules) borrow() (c *C.cspm_ruleset, done func(), err error) {
	if r == nil {
		return nil, func() {}, nil
	}
	p, err := r.h.acquire()
	if err != nil {
		return nil, nil, err
	}
	if err := r.Seal(); err != nil {
		r.h.release()
		return nil, nil, err
	}
	return (*C.cspm_ruleset)(p), r.h.release, nil
}

// share gives a handle of its own on the same set; nil stays nil, and a set that was closed meanwhile is nil too.
func (r *Rules) share() *Rules {
	if r == nil {
		return nil
	}
	p, err := r.h.acquire()
	if err != nil {
		return nil
	}
	defer r.h.release()
	r.one.Lock()
	defer r.one.Unlock()
	return newRules(C.cspm_ruleset_ref((*C.cspm_ruleset)(p)), r.engine, r.sealed)
}

// Table gives the rules as rows.
func (r *Rules) Table() (*Rows, error) {
	c, done, err := r.borrow()
	if err != nil {
		return nil, err
	}
	defer done()
	var out *C.cspm_cursor
	var cerr *C.cspm_error
	if err := did(C.cspm_ruleset_table(c, &out, &cerr), cerr); err != nil {
		return nil, err
	}
	return newRows(out, nil), nil
}

// Rule is one rule of a set.
type Rule struct {
	ID, Form, Title, Severity, Label, EdgeKind, Technique, Tactic, Pack, Description, Remediation string
	Stratum                                                                                       int64
	Enabled                                                                                       bool
}

// List gives every rule.
func (r *Rules) List() ([]Rule, error) {
	rows, err := r.Table()
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Rule
	for rows.Next() {
		row := rows.Row()
		text := func(name string) string { s, _ := row.Get(name).(string); return s }
		one := Rule{ID: text("id"), Form: text("form"), Title: text("title"), Severity: text("severity"), Label: text("label"),
			EdgeKind: text("edge_kind"), Technique: text("technique"), Tactic: text("tactic"), Pack: text("pack"),
			Description: text("description"), Remediation: text("remediation")}
		one.Stratum, _ = row.Get("stratum").(int64)
		one.Enabled, _ = row.Get("enabled").(bool)
		out = append(out, one)
	}
	return out, rows.Err()
}

// Show gives one rule as it stands in its pack.
func (r *Rules) Show(id string) (string, error) {
	c, done, err := r.borrow()
	if err != nil {
		return "", err
	}
	defer done()
	var out *C.cspm_buffer
	var cerr *C.cspm_error
	if err := did(C.cspm_ruleset_show(c, cText(id), cLen(id), &out, &cerr), cerr); err != nil {
		return "", err
	}
	return string(takeBuffer(out)), nil
}

// RulesTest is the outcome of the rules' own examples.
type RulesTest struct {
	Passed, Failed int
	Report         string // a line for each failure
}

// Test runs every rule's own matching and non-matching example.
func (r *Rules) Test(ctx context.Context) (*RulesTest, error) {
	c, done, err := r.borrow()
	if err != nil {
		return nil, err
	}
	defer done()
	var passed, failed C.uint32_t
	var report *C.cspm_buffer
	if err := run(ctx, r.engine, 0, func(op *C.cspm_op, cerr **C.cspm_error) C.int32_t {
		return C.cspm_ruleset_test(c, op, &passed, &failed, &report, cerr)
	}); err != nil {
		return nil, err
	}
	return &RulesTest{int(passed), int(failed), string(takeBuffer(report))}, nil
}
