/* A handler that writes the events down as text, for comparing runs. */
#ifndef CG_TESTS_JSON_EVENTS_H
#define CG_TESTS_JSON_EVENTS_H

#include "base/json.h"

typedef struct json_events {
    cg_buf log;
    cg_json_reader *reader;
    bool places;      /* write offset and line of every event */
    uint32_t stop_at; /* event number at which the handler answers stop_rc; 0 = never */
    int32_t stop_rc;
    uint32_t count;
} json_events;

extern const cg_json_handler json_events_handler, json_events_lenient; /* the second takes duplicate keys */

/* Parse text in pieces of `piece` bytes (0 = whole). *err is the caller's. */
int32_t json_events_run(cg_mem *mem, json_events *e, const cg_json_handler *handler, cg_str text, size_t piece,
                        const cg_json_limits *limits, cspm_error **err);

#endif
