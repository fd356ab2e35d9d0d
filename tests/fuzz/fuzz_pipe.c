/* Any bytes as a pipe query: as fuzz_query.c, in the other form. */
#define FUZZ_LANGUAGE CG_LANG_PIPE
#include "fuzz_query.c"
