/* Shared by the tests of the pipe form and of the explorer import. */
#ifndef PIPE_TEST_H
#define PIPE_TEST_H

#include "query_test.h"

void pipe_open(bench *b, const char *create);

Suite *pipe_suite(void);
Suite *pipe_functions_suite(void);
Suite *pipe_corpus_suite(void);
Suite *explorer_suite(void);

#endif
