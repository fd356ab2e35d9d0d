//go:build cspmgraph_static

package cspmgraph

// The core goes into the program; the libraries it uses stay shared, so they are named here and not asked for with --static, which would want what
// they in turn are made of. The archive comes first: nothing is left for the shared library of the same name, which --as-needed then drops.

// #cgo pkg-config: cspmgraph yajl yaml-0.1 libmd libxxhash libarchive libpcre2-8
// #cgo LDFLAGS: -Wl,--as-needed -l:libcspmgraph.a -lm -lpthread
import "C"
