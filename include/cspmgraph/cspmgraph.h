/**
 * @file cspmgraph.h
 * Everything. A first program: examples/embed/embed.c.
 */
#ifndef CSPMGRAPH_CSPMGRAPH_H
#define CSPMGRAPH_CSPMGRAPH_H

#include "base.h"
#include "error.h"
#include "context.h"
#include "op.h"
#include "table.h"
#include "arrow.h"
#include "graph.h"
#include "query.h"
#include "function.h"
#include "rules.h"
#include "analysis.h"
#include "export.h"
#include "access.h"

#endif
