/* Facts somebody can take away, and what goes with them. Shared by facts.c and fixes.c. */
#ifndef CG_ANALYSIS_FACTS_H
#define CG_ANALYSIS_FACTS_H

#include "analysis/run.h"

typedef enum {
    CG_FACT_MATCH,    /* one match of a rule: every relationship that has this evidence */
    CG_FACT_REL,      /* a relationship of the inventory */
    CG_FACT_NODE,     /* a vulnerability: all that its presence proves */
    CG_FACT_EXPOSURE, /* an entry's reach from the internet */
} cg_fact_form;

typedef struct cg_fact {
    cg_fact_form form;
    uint64_t key;        /* evidence id, relationship, node */
    cg_node resource;    /* what to change */
    cg_rel sample;       /* one of its relationships, CG_NO_REL none */
    const cg_rule *rule; /* NULL: nobody's */
    const cg_rule *advice; /* the recommendation against it; NULL none */
    uint32_t uses;       /* best routes that rest on it */
    uint32_t last;       /* the last route counted, plus one */
} cg_fact;

typedef struct cg_facts {
    CG_VEC(cg_fact) items;
    uint32_t *slots; /* open addressing: index into items, plus one */
    uint32_t n_slots;
    /* Relationships on the cores before anything is taken away, ascending, and the evidence of each. */
    cg_rel *rels;
    uint32_t *evidence;
    uint32_t n_rels;
} cg_facts;

int32_t cg_facts_init(cg_facts *f, cg_run_state *r, cspm_op *op, cspm_error **err);
void cg_facts_free(cg_facts *f, cg_mem *mem);
/* Candidates on the best routes of these triples, most used first; routes over what is gone already are left out. */
int32_t cg_facts_gather(cg_facts *f, const cg_run_state *r, const cg_search *x, const cg_removal *gone, cspm_error **err);
/* All that goes when a fact goes: relationships and exposed entries, onto the two lists, each ascending and without repeats. */
int32_t cg_facts_expand(const cg_facts *f, const cg_run_state *r, const cg_fact *fact, cg_rel_vec *rels, cg_node_vec *entries,
                        cspm_error **err);
bool cg_facts_same(const cg_fact *a, const cg_fact *b);
void cg_rels_sort(cg_rel_vec *v);

#endif
