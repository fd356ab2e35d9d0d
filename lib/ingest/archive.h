/* Archives and compressed streams, member by member. archive.c is the only file that knows libarchive. */
#ifndef CG_INGEST_ARCHIVE_H
#define CG_INGEST_ARCHIVE_H

#include "ingest/source.h"

typedef struct cg_archive cg_archive;

typedef struct cg_member {
    cg_str name; /* as stored, made printable UTF-8; borrowed until the next member */
    bool is_folder;
    bool is_file; /* a regular file with content of its own; not a link or device */
    bool bare;    /* no archive: the one stream inside a compressed file */
    bool encrypted;
} cg_member;

/* `compressed`: a gzip, zstd, xz or bzip2 stream, which may hold a tar archive; else zip or tar. The source must outlive the archive. */
int32_t cg_archive_open(cg_source *source, bool compressed, cg_archive **out, cspm_error **err);
/* CSPM_OK with a member, CSPM_DONE at the end. CSPM_E_PARSE when the archive is damaged. */
int32_t cg_archive_next(cg_archive *a, cg_member *out, cspm_error **err);
/* Next piece of the member's content, CG_SOURCE_PIECE bytes except the last; length 0 at its end. */
int32_t cg_archive_read(cg_archive *a, const char **bytes, size_t *length, cspm_error **err);
void cg_archive_unread(cg_archive *a); /* the piece just read will be read again */
void cg_archive_close(cg_archive *a);

/* Text of any origin as printable UTF-8 for names and messages: what is not becomes '?'. */
void cg_printable_name(cg_buf *out, const char *bytes, size_t length);

#endif
