/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/beaver-dict-private.h>
#include <beaver/beaver-dump.h>
#include <beaver/beaver-long-op-private.h>

G_BEGIN_DECLS

/* What is dumped and loaded of a kind of structure: the columns of its table as members of an item.
 */
typedef enum
{
  BEAVER_FIELD_TEXT,
  BEAVER_FIELD_JSON,
  BEAVER_FIELD_REAL,
  BEAVER_FIELD_BLOB,   /* standard base64 */
  BEAVER_FIELD_FLOATS, /* float32, as an array of numbers */
} BeaverFieldType;

typedef enum
{
  BEAVER_FIELD_NULLABLE =
      1 << 0,                    /* null in the dump is NULL in the file, and the other way round */
  BEAVER_FIELD_OMITTED = 1 << 1, /* NULL is left out; a reader may do without the member */
  BEAVER_FIELD_NOW = 1 << 2,     /* a missing one is the time of loading */
  BEAVER_FIELD_KEY = 1 << 3,     /* part of the primary key */
} BeaverFieldFlags;

typedef struct
{
  const char *member;
  const char *column;
  BeaverFieldType type;
  BeaverFieldFlags flags;
} BeaverField;

#define BEAVER_MAX_FIELDS 10

typedef struct
{
  const char *kind; /* of the manager: "dict" */
  const char *type; /* in the metadata of a dump: "Dict" */
  const char *table;
  const char *name_column;
  const char *order;
  BeaverField fields[BEAVER_MAX_FIELDS];
  gboolean dated; /* the metadata tell when */
  gboolean alone; /* only in a dump of the whole database */

  /* of a table that is not there in every file */
  const char *create; /* nullable */
  const char *insert; /* in the place of the usual statement; nullable */
  gboolean keeps;     /* overwriting replaces what is named, and leaves the others */
  const char *topic;  /* the kind of manager that has to hear of it; NULL: this one */
  int stage;          /* 0 with the structures, -1 before them, 1 behind them */
} BeaverDumpKind;

const BeaverDumpKind *_beaver_dump_kind (const char *kind);         /* nullable */
const BeaverDumpKind *_beaver_dump_kind_of_type (const char *type); /* nullable */
const BeaverDumpKind *_beaver_dump_kinds (guint *n);
guint _beaver_dump_kind_n_fields (const BeaverDumpKind *self);

/* A value of an item: text (JSON, bytes too), or a number. */
typedef struct
{
  GBytes *bytes; /* NULL for NULL, and for numbers; a NUL follows texts */
  double number;
  gboolean is_null;
} BeaverDumpValue;

typedef struct
{
  BeaverDumpValue values[BEAVER_MAX_FIELDS];
  gboolean fts, fuzzy; /* documents */
  char **fields;       /* the same: what full text search sees; NULL: all texts */
} BeaverDumpItem;

/* One structure in a dump. */
typedef struct
{
  const BeaverDumpKind *kind;
  char *name;
  BeaverManagerCore *core; /* strong, nullable: of the manager, when its works keep something beside
                              the file */
  BeaverDictShared *dict;  /* strong, nullable: of a dict that values are encrypted for */
  BeaverWork clear_work;   /* nullable */

  gboolean whole;  /* part of a whole database */
  gboolean sealed; /* an encrypted dict whose values are taken as they are */
  gboolean without_payload;
  GString *items; /* reading: JSON texts, each with a newline */
  gint64 count;
  GBytes *hyperplanes; /* vectors; nullable */
  GArray *rows;        /* loading: (element-type BeaverDumpItem) */
} BeaverDumpSection;

BeaverDumpSection *_beaver_dump_section_new (const BeaverDumpKind *kind, const char *name);
void _beaver_dump_section_free (gpointer self);
void _beaver_dump_item_clear (gpointer item);

/* In a unit: fills items and count. raw: for a dump of the whole database, without secrets. */
gboolean _beaver_dump_read (BeaverConnection *connection,
                            BeaverDumpSection *section,
                            gboolean raw,
                            GError **error);
/* The metadata as a JSON object in normal form (transfer full). */
char *_beaver_dump_metadata (BeaverDumpSection *section);
/* Adds an item to rows. */
gboolean _beaver_dump_parse_item (BeaverDumpSection *section,
                                  const char *json,
                                  gsize length,
                                  GError **error);
/* In a WRITE unit: rows from first on, n of them. */
gboolean _beaver_dump_write (BeaverConnection *connection,
                             BeaverDumpSection *section,
                             guint first,
                             guint n,
                             gboolean append,
                             GError **error);
gboolean _beaver_dump_clear (BeaverConnection *connection,
                             BeaverDumpSection *section,
                             GError **error);

/* A document with its rows for searching (spec, sections 11.2 and 11.3), in place of one of the
 * same id. fields: what is searched; NULL: all texts. After _beaver_fts_prepare(). */
gboolean _beaver_dump_write_document (BeaverConnection *connection,
                                      const char *collection,
                                      const char *id,
                                      const char *body,
                                      gboolean fts,
                                      gboolean fuzzy,
                                      char **fields,
                                      GError **error);
/* What a dump has to say of how each document of a collection is searched. */
typedef struct _BeaverSearchNotes BeaverSearchNotes;
BeaverSearchNotes *_beaver_search_notes_read (BeaverConnection *connection,
                                              const char *collection,
                                              GError **error);
void _beaver_search_notes_free (BeaverSearchNotes *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeaverSearchNotes, _beaver_search_notes_free)
/* Appends members, each behind a comma: none for what a load of 2.x would make of it. */
void _beaver_search_notes_append (BeaverSearchNotes *self,
                                  GString *out,
                                  const char *id,
                                  const char *body,
                                  gsize length);
/* The rows of LSH for all vectors of a collection; hyperplanes (nullable) if the file has none. */
gboolean _beaver_dump_index_vectors (BeaverConnection *connection,
                                     const char *collection,
                                     GBytes *hyperplanes,
                                     gint64 *n,
                                     GError **error);

/* The text of a dump (transfer full), and back. */
GBytes *_beaver_dump_to_bytes (GPtrArray *sections,
                               gboolean whole,
                               BeaverDumpFormat format,
                               BeaverDumpFlags flags);
/* section: of a dump of one structure; NULL: adds those of a whole database to sections. */
gboolean _beaver_dump_parse (GBytes *bytes,
                             BeaverDumpFormat format,
                             BeaverDumpSection *section,
                             GPtrArray *sections,
                             GError **error);

G_END_DECLS
