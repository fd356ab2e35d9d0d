//go:build !race

package cspmgraph

const raceEnabled = false
