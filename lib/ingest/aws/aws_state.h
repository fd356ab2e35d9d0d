/* What the AWS engine keeps while one source is read. For the files aws_shape.c, aws_text.c and aws_value.c only. */
#ifndef CG_INGEST_AWS_AWS_STATE_H
#define CG_INGEST_AWS_AWS_STATE_H

#include "ingest/aws/aws.h"

typedef enum { AWS_NAME_LABEL = 1, AWS_NAME_KIND, AWS_NAME_KEY } aws_name_of;

/* Names are literals of the tables: their address tells them apart. */
typedef struct aws_name {
    const char *text;
    uint32_t id;
    uint32_t of; /* 0 = free */
} aws_name;

typedef struct aws_document_read {
    const cg_tree *tree; /* NULL: the text is no document */
    cg_str text;
    bool written; /* the text is what the tree comes to */
} aws_document_read;
typedef struct aws_documents {
    cg_intern *texts; /* NULL before the first one */
    CG_VEC(aws_document_read) read;
    cg_arena arena;
} aws_documents;

typedef struct aws_state {
    cg_mem *mem;
    cg_arena arena; /* the one in aws_ctx */
    aws_name *names;
    uint32_t n_names, names_mask;
    cg_intern *made;     /* ids of nodes many items name: statement items, services, partial nodes */
    cg_intern *accounts; /* whose node this source has made */
    const char *operation;
    uint32_t depth;    /* aws_take within aws_take */
    uint32_t applying; /* aws_apply within aws_apply */
    bool node_open;
    bool refused; /* memory, where a function could not say so */
    const cg_tree *node_at;
    aws_documents documents;
    cg_buf text; /* scratch */
    cg_list *list;
    uint32_t list_capacity;
} aws_state;

/* aws_shape.c: is this the first time the source makes such a node? False too when memory is refused, which aws_take then says. */
bool aws_first_time(aws_ctx *c, cg_str id);
int32_t aws_account_root(aws_ctx *c, const cg_tree *at, cg_str account, cspm_error **err);
/* Steps of a path. */
static inline bool aws_path_next(const char **path, cg_str *name, bool *each)
{
    const char *p = *path, *start = p;

    if (!*p)
        return false;
    while (*p && *p != '.' && *p != '[')
        p++;
    *name = (cg_str){ start, (size_t)(p - start) };
    *each = *p == '[';
    if (*each)
        p += 2;
    *path = *p == '.' ? p + 1 : p;
    return true;
}
/* aws_text.c */
const cg_tree *aws_member(const cg_tree *map, cg_str key);
cg_str aws_text_of(aws_ctx *c, const cg_tree *item, const cg_tree *value, const char *pattern);
bool aws_scalar_text(aws_ctx *c, const cg_tree *value, cg_str *out); /* strings, numbers, booleans; false for the rest and when empty */
/* aws_document.c: forgets what it remembers when that has become much; between items only. */
void aws_documents_trim(aws_state *s);
void aws_documents_free(aws_state *s);
/* aws_value.c: the value as a property; CG_NULL when it is none. Lists and texts lie in the item's arena. */
int32_t aws_value(aws_ctx *c, const cg_tree *value, aws_as as, cg_value *out, cspm_error **err);
int32_t aws_value_at(aws_ctx *c, const cg_tree *item, const char *path, aws_as as, cg_value *out, cspm_error **err);

#endif
