/* Answers of the AWS command line and of boto3, as a stream. For the files aws_reader.c, aws_route.c and aws_place.c only. */
#ifndef CG_INGEST_AWS_AWS_READER_H
#define CG_INGEST_AWS_AWS_READER_H

#include "ingest/aws/aws_answers.h"
#include "ingest/items.h"

/* A row that may want what stands here, and what is left of its path. */
typedef struct aws_candidate {
    const aws_answer *row;
    const char *rest;
} aws_candidate;

typedef struct aws_reader {
    aws_ctx c;
    cg_mem *mem;
    cg_items *items;
    cg_arena names; /* texts that live as long as the reader */
    cg_str source;
    cg_str account_said, region_said; /* found in the content's first piece, else in the name */
    cg_str hint, argument;            /* what the file's name says of operation and argument; null when nothing */
    bool begun;                       /* enough was seen to tell the account */
    cg_buf head;                      /* until then */

    bool pages;       /* the document is an array of answers */
    bool inventory;   /* an object of answers by operation */
    bool answer;      /* an answer is open */
    bool known;       /* it has a member some row knows */
    bool applied;     /* an item of it was used */
    bool unfit;       /* a member some row knows holds items that fit none */
    bool waits;       /* the member at hand is one some row knows */
    uint32_t base;    /* where it stands: its members are one deeper */
    cg_str operation; /* of the answer, when the inventory says so */
    cg_str fixed;     /* the operation of every answer of the dialect; null when there are several */
    cg_str first_key;
    const char *told; /* the operation its items were of */
    cg_pos at;

    /* Rows that fit the path entered so far, one level behind the other. */
    CG_VEC(aws_candidate) candidates;
    CG_VEC(size_t) levels; /* where each begins */

    cg_arena kept;           /* members that wait for the end of the answer */
    CG_VEC(cg_arena) arenas; /* of the long ones among them */
    CG_VEC(cg_str) keys;
    CG_VEC(cg_tree *) values;

    CG_VEC(cg_str) unknown; /* operations of an inventory that no row knows */
    cg_str cut;             /* the answer that went on behind its page, until the next page comes; null = none */
    cg_pos cut_at;
} aws_reader;

/* aws_route.c: from items and waiting members to rows. */
bool aws_is_whole(const aws_answer *row); /* needs the answer as a whole */
bool aws_is_needed(const aws_answer *row, cg_str key);
int32_t aws_route_item(aws_reader *r, const aws_candidate *candidates, size_t n, const cg_tree *item, cspm_error **err);
int32_t aws_route_answer(aws_reader *r, const cg_tree *answer, cspm_error **err);
/* aws_place.c: account and region of the content's first piece or its name, and the operation its name speaks of. */
int32_t aws_place_source(aws_reader *r, const char *bytes, size_t length, cspm_error **err);
/* aws_recognise.c */
int aws_recognise_answers(const char *head, size_t length, bool whole);
int aws_recognise_gaad(const char *head, size_t length, bool whole);

#endif
