module columns

go 1.23

require cspmgraph v0.0.0

replace cspmgraph => ../../../bindings/go
