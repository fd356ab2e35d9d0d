//go:build !cspmgraph_static

package cspmgraph

// The shared library. PKG_CONFIG_PATH names the folder of cspmgraph.pc when it is not in a system folder.

// #cgo pkg-config: cspmgraph
import "C"
