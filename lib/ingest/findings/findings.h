/* What scanners say becomes nodes and edges: vulnerabilities, the packages that have them, the versions that fix them, and what all this
 * was found on. Every scanner's reader brings its findings into the shapes below; what they mean in the graph is written once, here. */
#ifndef CG_INGEST_FINDINGS_FINDINGS_H
#define CG_INGEST_FINDINGS_FINDINGS_H

#include "graph/builder.h"
#include "ingest/findings/words.h"
#include "ingest/ingest.h"
#include "ingest/items.h"

/* Names of properties, labels and relationship kinds, each looked up once a file. */
#define FND_WORD_ID(id, text) FND_##id,
typedef enum { FND_WORD_LIST(FND_WORD_ID) FND_WORDS } fnd_word;

typedef enum { FND_UNKNOWN, FND_NEGLIGIBLE, FND_LOW, FND_MEDIUM, FND_HIGH, FND_CRITICAL } fnd_severity;
typedef enum { FND_STATUS_FIXED, FND_STATUS_NOT_AFFECTED, FND_STATUS_SUPPRESSED, FND_STATUS_INVESTIGATED, FND_STATUS_OPEN } fnd_status;

/* One CVSS assessment. `rank`: which of several is the base score, the highest wins. */
typedef struct fnd_cvss {
    cg_str vector;
    double score; /* negative: not stated */
    uint32_t rank;
} fnd_cvss;

#define FND_IDS_MAX 16u
typedef struct fnd_vulnerability {
    uint64_t offset;
    cg_str ids[FND_IDS_MAX]; /* the primary one first; all of one vulnerability */
    uint32_t n_ids;
    fnd_word label;     /* of the scanner's finding */
    const char *prefix; /* of the property `id`: "TIF|", "" */
    cg_str description, title, url, published, modified, severity_source, class_name, type, status, data_source_id, data_source_name;
    cg_str layer_digest, layer_diff_id;
    fnd_severity severity;
    fnd_cvss base, nvd2, nvd3, redhat3, ubuntu3; /* a null vector and a negative score: not stated */
    const cg_tree *cwes, *references;            /* lists of strings */
    double epss, percentile;                     /* negative: not stated */
    bool known_exploited;
} fnd_vulnerability;

typedef struct fnd_package {
    uint64_t offset;
    fnd_word label;
    cg_str name, version, purl, pkg_id, class_name, type;
} fnd_package;

/* One finding: this vulnerability, in this package, on what is scanned. */
typedef struct fnd_hit {
    uint64_t offset;
    fnd_severity severity;
    fnd_status status;
    cg_str stated;        /* the scanner's own word for the status */
    cg_str fixed_version; /* null: none known */
} fnd_hit;

typedef struct fnd_detail {
    cg_str text;
    uint32_t next; /* index + 1 */
} fnd_detail;
typedef struct fnd_sum {
    cg_str vulnerability; /* key */
    uint64_t offset;
    fnd_severity severity;
    fnd_status status;
    cg_str stated;
    bool fixable;                /* every package has a version that fixes it */
    uint32_t packages, fixed_in; /* lists: index + 1 of the first */
} fnd_sum;

typedef struct fnd_mark {
    uint32_t target, sum;
} fnd_mark;
typedef struct fnd_deployed {
    cg_str key;
    uint64_t offset;
} fnd_deployed;

typedef struct fnd {
    cg_builder *b;
    cg_mem *mem;
    cg_arena arena; /* strings of the whole file */
    cg_buf text;    /* scratch */
    cg_str scanner; /* "trivy" */
    fnd_word fix;   /* label of a version that fixes something */
    cg_str source;
    uint32_t words[FND_WORDS];
    cg_intern *defined, *pairs; /* nodes this file has made; which vulnerability and package have met */
    uint32_t target;            /* number of what is scanned at the moment */
    CG_VEC(fnd_mark) marks;     /* by id of what this file has defined */
    CG_VEC(fnd_sum) sums;       /* of what is scanned at the moment */
    CG_VEC(fnd_detail) details;
    CG_VEC(fnd_deployed) deployed; /* packages of what is scanned at the moment */
    cg_list *list;                 /* scratch */
    cg_str vulnerability, package; /* keys of those handed over last, and their ids */
    uint32_t vulnerability_id, package_id;
    cg_str package_name, package_version; /* of the item at hand */
} fnd;

int32_t fnd_init(fnd *f, cg_builder *b, const char *scanner, fnd_word fix, cg_str source, cspm_error **err);
void fnd_free(fnd *f);

/* ---- words and properties of the open item; a null or empty string is no property ---- */
uint32_t fnd_word_label(fnd *f, fnd_word w);
uint32_t fnd_word_kind(fnd *f, fnd_word w);
int32_t fnd_node(fnd *f, uint64_t offset, cg_str id, fnd_word label, cspm_error **err);
int32_t fnd_label(fnd *f, fnd_word w, cspm_error **err);
int32_t fnd_text(fnd *f, fnd_word w, cg_str value, cspm_error **err);
int32_t fnd_number(fnd *f, fnd_word w, double value, cspm_error **err); /* negative: no property */
int32_t fnd_flag(fnd *f, fnd_word w, bool value, cspm_error **err);
int32_t fnd_strings(fnd *f, fnd_word w, const cg_tree *list, cspm_error **err); /* the strings of a list */
int32_t fnd_edge(fnd *f, uint64_t offset, cg_str from, fnd_word kind, cg_str to, cspm_error **err);
int32_t fnd_end(fnd *f, cspm_error **err);
bool fnd_first(fnd *f, cg_str key, int32_t *rc, cspm_error **err); /* no node of this id was made of this file yet */
/* A copy that lives as long as the file is read; the null string and *rc set when memory is refused. */
cg_str fnd_keep(fnd *f, cg_str s, int32_t *rc, cspm_error **err);
/* Joined into the scratch buffer; NULL-terminated list of parts. Lives until the next call. */
cg_str fnd_join(fnd *f, cg_str a, const char *between, cg_str b);
/* Text fit for an id or a property: not empty, no U+0000. */
bool fnd_usable(cg_str s);

int32_t fnd_warn(fnd *f, const cg_tree *at, const char *code, cspm_error **err, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
int32_t fnd_stamp(fnd *f, cg_str time); /* when the file was written: what it says counts more than what older ones say */

/* ---- findings ---- */
#define FND_VULNERABILITY_NONE                                                                                                             \
    (fnd_vulnerability)                                                                                                                    \
    {                                                                                                                                      \
        .base = { .score = -1 }, .nvd2 = { .score = -1 }, .nvd3 = { .score = -1 }, .redhat3 = { .score = -1 }, .ubuntu3 = { .score = -1 }, \
        .epss = -1, .percentile = -1                                                                                                       \
    }
void fnd_add_id(fnd_vulnerability *v, cg_str id); /* what is unusable, known or too much is left out */
/* By its ids alone: the vulnerability at hand from now on. When it is new, fill in the rest and hand it over. */
bool fnd_is_new(fnd *f, const fnd_vulnerability *v, int32_t *rc, cspm_error **err);
int32_t fnd_take_vulnerability(fnd *f, const fnd_vulnerability *v, cspm_error **err);
int32_t fnd_take_package(fnd *f, const fnd_package *p, cspm_error **err); /* also of packages without findings */
/* The vulnerability and the package handed over last belong together; the package may be missing (f->package null). */
int32_t fnd_take_hit(fnd *f, const fnd_hit *h, cspm_error **err);
/* Everything since the last such call that was the last was found on the node of this key; a null key only forgets it. `partial`: label of the
 * node should no input define it; CG_NO_NAME = it is defined. */
int32_t fnd_found_on(fnd *f, cg_str key, uint32_t partial, bool last, cspm_error **err);

/* The node of a catalogue that enriches: when it was published is part of every result. */
int32_t fnd_take_feed(fnd *f, cg_str id, const char *name, cg_str date, cg_str version, cspm_error **err);

/* ---- small languages ---- */
fnd_severity fnd_severity_of(cg_str word); /* any case; "Moderate", "Important", "Informational" … too */
const char *fnd_severity_name(fnd_severity s);
typedef struct fnd_status_word {
    const char *word;
    fnd_status status;
} fnd_status_word;
fnd_status fnd_status_of(const fnd_status_word *words, cg_str word); /* the table's last line, of NULL, is for what is in no other */
bool fnd_is_cve(cg_str id);
double fnd_score(fnd *f, const cg_tree *map, const char *key, int32_t *rc, cspm_error **err); /* 0 to 10; negative when it is not stated */
/* Metrics of a CVSS vector (2.0, 3.x, 4.0) as properties of the open node; nothing when it is none. */
int32_t fnd_cvss_metrics(fnd *f, cg_str vector, cspm_error **err);
/* type|namespace/name|version as Cartography normalises it: from the package URL, else from the three strings. False when neither will do.
 */
bool fnd_package_key(cg_buf *out, cg_str purl, cg_str type, cg_str name, cg_str version);

/* ---- what is scanned ---- */
typedef struct fnd_image {
    uint64_t offset;
    cg_str id;              /* digest of the configuration */
    cg_str digest;          /* of the manifest, when stated apart */
    const cg_tree *digests; /* list of repository@digest */
    const cg_tree *tags;    /* list of repository:tag */
    cg_str name;            /* as it was asked for */
    cg_str os_family, os_version, architecture;
} fnd_image;
/* Makes the node of a container image and of its tags; its key in *key (kept). */
int32_t fnd_take_image(fnd *f, const fnd_image *image, cg_str *key, cspm_error **err);
/* The key of a cloud resource named by an ARN, a plain id or an address that holds one, and the label of what it is. A null key: none. */
cg_str fnd_resource(fnd *f, cg_str name, fnd_word *label, int32_t *rc, cspm_error **err);

/* As fnd_found_on for what is neither image nor workload: a cloud resource when `name`, or the name of the report, holds its id; else a
 * node of this label. */
int32_t fnd_found_on_named(fnd *f, uint64_t offset, fnd_word label, cg_str type, cg_str name, cspm_error **err);

/* ---- readers ---- */

cg_json_limits fnd_json_limits(const cg_builder *b, bool multiple);
cg_str fnd_get(const cg_tree *map, const char *key);        /* a string; null otherwise */
double fnd_get_number(const cg_tree *map, const char *key); /* negative: none, or below zero */

#endif
