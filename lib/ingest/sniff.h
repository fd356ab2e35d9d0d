/* What content is, judged by its first bytes: never by a file's name. */
#ifndef CG_INGEST_SNIFF_H
#define CG_INGEST_SNIFF_H

#include "base/str.h"

#define CG_SNIFF_BYTES 65536u /* as much of the content as recognition looks at */

typedef enum {
    CG_FORM_EMPTY,
    CG_FORM_TEXT,        /* anything else: for the dialects to judge */
    CG_FORM_COMPRESSED,  /* gzip, zstd, xz, bzip2: one stream, or a tar archive inside */
    CG_FORM_ARCHIVE,     /* zip, tar */
    CG_FORM_UNSUPPORTED, /* an archive nobody here reads */
    CG_FORM_UTF16
} cg_form;

/* `name` receives what people call it ("gzip"), a static string. */
cg_form cg_sniff_form(const char *head, size_t length, const char **name);
/* One line on why no dialect took it, for messages: "the top level is an array". Into `room`, which it returns. */
const char *cg_sniff_reason(const char *head, size_t length, bool whole, char *room, size_t size);

/* Walk over the members of a JSON object that may be cut off or malformed further on; nothing is allocated. */
typedef struct cg_peek {
    const char *at, *end;
    bool first;
} cg_peek;
bool cg_peek_object(cg_peek *p, cg_str text); /* false when it does not start with an object */
bool cg_peek_array(cg_peek *p, cg_str text);
/* Next member; `rest` runs from its value to the end of the text. False at the end, or where the text stops making sense. */
bool cg_peek_member(cg_peek *p, cg_str *key, cg_str *rest);
bool cg_peek_item(cg_peek *p, cg_str *rest);
/* A raw key (escapes as written) equals a plain name. */
bool cg_peek_is(cg_str key, const char *name);

#endif
