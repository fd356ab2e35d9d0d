module cspmgraph

go 1.23
