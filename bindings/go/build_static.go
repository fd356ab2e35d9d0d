//go:build cspmgraph_static

package cspmgraph

// The core goes into the program; the libraries it uses (yajl, libyaml, libmd, libarchive, xxhash, PCRE2) stay shared. The archive comes first, so
// nothing is left for the shared library of the same name, which --as-needed then drops.

// #cgo pkg-config: --static cspmgraph
// #cgo LDFLAGS: -Wl,--as-needed -l:libcspmgraph.a
import "C"
