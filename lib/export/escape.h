/* Text that came from an input, made harmless for the format it goes into. */
#ifndef CG_EXPORT_ESCAPE_H
#define CG_EXPORT_ESCAPE_H

#include "base/str.h"

/* XML character data or attribute value: & < > " ' as entities, tab and line ends as references; what XML 1.0 cannot hold is U+FFFD. */
void cg_escape_xml(cg_buf *b, cg_str s);
/* One quoted DOT string, quotes included. Nothing in it acts as an escape, an entity or a record separator. */
void cg_escape_dot(cg_buf *b, cg_str s);
/* One CSV field (RFC 4180), quoted when needed. A field a spreadsheet would take for a formula gets an apostrophe in front. */
void cg_escape_csv(cg_buf *b, cg_str s);

#endif
