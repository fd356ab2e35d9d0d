//go:build race

package cspmgraph

const raceEnabled = true
