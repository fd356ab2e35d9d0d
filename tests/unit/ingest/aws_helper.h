/* Small AWS inputs: text with ' for ", and what became of it. */
#ifndef AWS_HELPER_H
#define AWS_HELPER_H

#include "ingest_test.h"

#define ME "111122223333"
#define IAM "arn:aws:iam::" ME ":"

/* Reads JSON in which ' stands for ". */
loaded aws_load(const char *json);
/* The same under a name, as a file of that path would be. */
loaded aws_load_as(const char *name, const char *json);
bool aws_has_edge(const loaded *l, const char *from, const char *kind, const char *to);
void aws_expect_edge(const loaded *l, const char *from, const char *kind, const char *to);
void aws_expect_prop(const loaded *l, const char *id, const char *key, const char *json); /* ' stands for " */
void aws_expect_labels(const loaded *l, const char *id, const char *labels);              /* "AWSUser AWSPrincipal" */
uint32_t aws_count_label(const loaded *l, const char *label);
char *aws_quoted(const char *json); /* to free() */

#endif
