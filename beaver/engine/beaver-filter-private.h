/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/beaver-error.h>

G_BEGIN_DECLS

/* Conditions on JSON texts, with the results of SQLite's json_extract() and its comparisons (spec,
 * section 8.3): true and false are 1 and 0, numbers are less than texts, objects and arrays are
 * their text without white space, null and absent match nothing. NaN counts as null. Nothing of a
 * path or a value ever becomes SQL. */

/* ---- where in a text ---- */

/* Names joined by dots, "a.b"; "a[0]" and "a[#-1]" are elements of arrays; a name in double quotes
 * may hold dots. The empty path is the value itself. */
typedef struct _BeaverPath BeaverPath;
BeaverPath *_beaver_path_new (const char *text, GError **error);
BeaverPath *_beaver_path_ref (BeaverPath *self);
void _beaver_path_unref (BeaverPath *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeaverPath, _beaver_path_unref)
const char *_beaver_path_get_text (BeaverPath *self);
/* Only names and dots: what a field index can be declared on. */
gboolean _beaver_path_is_plain (BeaverPath *self);

/* ---- what is there ---- */

typedef enum
{
  BEAVER_SCALAR_NULL, /* absent, too */
  BEAVER_SCALAR_INTEGER,
  BEAVER_SCALAR_REAL,
  BEAVER_SCALAR_TEXT,
} BeaverScalarType;

typedef struct
{
  BeaverScalarType type;
  gint64 integer;
  double real; /* of integers too */
  char *text;
  gsize length;
} BeaverScalar;

void _beaver_scalar_clear (BeaverScalar *self);
int _beaver_scalar_compare (const BeaverScalar *a, const BeaverScalar *b); /* null first */
/* The value at path in json; NULL type when it is absent or json is no JSON. */
void _beaver_path_read (BeaverPath *path, const char *json, gsize length, BeaverScalar *scalar);

/* ---- conditions ---- */

/* In the order of BeaverOperator. */
typedef enum
{
  BEAVER_FILTER_EQUAL,
  BEAVER_FILTER_NOT_EQUAL,
  BEAVER_FILTER_LESS,
  BEAVER_FILTER_LESS_EQUAL,
  BEAVER_FILTER_GREATER,
  BEAVER_FILTER_GREATER_EQUAL,
  BEAVER_FILTER_IN,
  BEAVER_FILTER_BETWEEN,
  BEAVER_FILTER_CONTAINS,
  BEAVER_FILTER_EXISTS,
} BeaverFilterOp;

typedef struct
{
  gatomicrefcount ref_count;
  BeaverPath *path;
  BeaverFilterOp op;
  BeaverScalar *values; /* IN: sorted, without nulls; BETWEEN: two */
  guint n_values;
  gboolean exists; /* EXISTS */
} BeaverFilter;    /* immutable */

/* json: the operand as JSON text; an array for IN and BETWEEN; true, false or NULL for EXISTS. */
BeaverFilter *_beaver_filter_new (const char *path, int op, const char *json, GError **error);
BeaverFilter *_beaver_filter_ref (BeaverFilter *self);
void _beaver_filter_unref (BeaverFilter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeaverFilter, _beaver_filter_unref)
/* Whether all hold. A text that is not JSON matches no filter, but the empty set of them. */
gboolean _beaver_filters_match (GPtrArray *filters, const char *json, gsize length);

G_END_DECLS
