package main

import (
	"context"
	"sync"
	"sync/atomic"

	"cspmgraph"
)

// loaded is one reading of the inputs. Requests hold it while they are answered; the last to let go closes it.
type loaded struct {
	graph    *cspmgraph.Graph
	analysis *cspmgraph.Analysis
	version  uint64
	users    atomic.Int64
}

func (l *loaded) release() {
	if l.users.Add(-1) == 0 {
		l.analysis.Close()
		l.graph.Close()
	}
}

// store holds the present reading and swaps it whole.
type store struct {
	inputs []string
	load   sync.Mutex // one reload at a time
	mu     sync.RWMutex
	now    *loaded
}

// take gives the present reading for one request; release must follow. nil = the store is closed.
func (s *store) take() *loaded {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.now != nil {
		s.now.users.Add(1)
	}
	return s.now
}

func (s *store) swap(next *loaded) {
	s.mu.Lock()
	before := s.now
	s.now = next
	s.mu.Unlock()
	if before != nil {
		before.release()
	}
}

// reload reads the inputs again. When that fails the present reading stays.
func (s *store) reload(ctx context.Context) (*loaded, error) {
	s.load.Lock()
	defer s.load.Unlock()
	graph, err := cspmgraph.Load(ctx, s.inputs, cspmgraph.LoadOptions{})
	if err != nil {
		return nil, err
	}
	analysis, err := graph.Analyze(ctx, cspmgraph.AnalyzeOptions{})
	if err != nil {
		graph.Close()
		return nil, err
	}
	next := &loaded{graph: graph, analysis: analysis, version: 1}
	// Queries see the nodes' risk, worked out once here.
	scored, err := analysis.Graph()
	graph.Close()
	if err != nil {
		analysis.Close()
		return nil, err
	}
	next.graph = scored
	s.mu.RLock()
	if s.now != nil {
		next.version = s.now.version + 1
	}
	s.mu.RUnlock()
	next.users.Store(1) // the store's own
	s.swap(next)
	return next, nil
}
