/* Text in columns of a terminal: display width, cutting, colours; names cannot move the cursor or turn the direction of writing. */
#ifndef CG_EXPORT_CELLS_H
#define CG_EXPORT_CELLS_H

#include "base/str.h"

/* Columns a text takes once made safe. */
uint32_t cg_cell_width(cg_str s);
/* The text made safe, cut to at most `columns` (an ellipsis says so). Returns the columns written. */
uint32_t cg_cell_write(cg_buf *b, cg_str s, uint32_t columns);
/* The same, filled with spaces to exactly `columns`. */
void cg_cell_pad(cg_buf *b, cg_str s, uint32_t columns);
/* Made safe, broken at spaces; every line after the first is indented. */
void cg_cell_wrap(cg_buf *b, cg_str s, uint32_t columns, uint32_t indent);
void cg_cell_spaces(cg_buf *b, uint32_t n);

#endif
