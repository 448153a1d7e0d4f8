/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-types.h>

G_BEGIN_DECLS

/**
 * BeaverOperator:
 * @BEAVER_OPERATOR_EQUAL: the field is equal to the value
 * @BEAVER_OPERATOR_NOT_EQUAL: the field is there and differs from the value
 * @BEAVER_OPERATOR_LESS: the field is less than the value
 * @BEAVER_OPERATOR_LESS_EQUAL: the field is less than the value or equal to it
 * @BEAVER_OPERATOR_GREATER: the field is greater than the value
 * @BEAVER_OPERATOR_GREATER_EQUAL: the field is greater than the value or equal to it
 * @BEAVER_OPERATOR_IN: the field is equal to an element of the value, an array
 * @BEAVER_OPERATOR_BETWEEN: the field lies between the two elements of the value, an array, or is
 *   equal to one of them
 * @BEAVER_OPERATOR_CONTAINS: the field is a text with the value, a text, in it, or an array with an
 *   element that is equal to the value
 * @BEAVER_OPERATOR_EXISTS: the field is there, even if it is null; with the value `false`: it is
 *   not there
 *
 * How a condition compares a field with a value.
 *
 * Numbers are compared by size, texts by their code points, and every number is less than every
 * text. True and false are the numbers 1 and 0. An object or array is the text of its JSON without
 * white space. Null, and a field that is not there, match nothing.
 *
 * Since: 1.0
 */
typedef enum
{
  BEAVER_OPERATOR_EQUAL,
  BEAVER_OPERATOR_NOT_EQUAL,
  BEAVER_OPERATOR_LESS,
  BEAVER_OPERATOR_LESS_EQUAL,
  BEAVER_OPERATOR_GREATER,
  BEAVER_OPERATOR_GREATER_EQUAL,
  BEAVER_OPERATOR_IN,
  BEAVER_OPERATOR_BETWEEN,
  BEAVER_OPERATOR_CONTAINS,
  BEAVER_OPERATOR_EXISTS,
} BeaverOperator;

/**
 * BeaverQuerySyntax:
 * @BEAVER_QUERY_SYNTAX_PLAIN: words that all have to be there; nothing in them has a meaning
 * @BEAVER_QUERY_SYNTAX_FTS5: the query language of SQLite's FTS5: `AND`, `OR`, `NOT`, `"phrases"`,
 *   `prefix*`, `NEAR()`
 *
 * How the text of a query is read.
 *
 * Since: 1.0
 */
typedef enum
{
  BEAVER_QUERY_SYNTAX_PLAIN,
  BEAVER_QUERY_SYNTAX_FTS5,
} BeaverQuerySyntax;

#define BEAVER_TYPE_QUERY (beaver_query_get_type ())

BEAVER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (BeaverQuery, beaver_query, BEAVER, QUERY, GObject)

BEAVER_AVAILABLE_IN_1_0
BeaverQuery *beaver_query_new (void);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_query_where (BeaverQuery *self,
                             const char *path,
                             BeaverOperator op,
                             const char *json,
                             GError **error);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_query_where_string (BeaverQuery *self,
                                    const char *path,
                                    BeaverOperator op,
                                    const char *value,
                                    GError **error);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_query_where_int (BeaverQuery *self,
                                 const char *path,
                                 BeaverOperator op,
                                 gint64 value,
                                 GError **error);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_query_where_double (BeaverQuery *self,
                                    const char *path,
                                    BeaverOperator op,
                                    double value,
                                    GError **error);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_query_where_boolean (BeaverQuery *self,
                                     const char *path,
                                     BeaverOperator op,
                                     gboolean value,
                                     GError **error);
BEAVER_AVAILABLE_IN_1_0
gboolean
beaver_query_sort (BeaverQuery *self, const char *path, gboolean descending, GError **error);

BEAVER_AVAILABLE_IN_1_0
void beaver_query_set_text (BeaverQuery *self, const char *text);
BEAVER_AVAILABLE_IN_1_0
const char *beaver_query_get_text (BeaverQuery *self);
BEAVER_AVAILABLE_IN_1_0
void beaver_query_set_syntax (BeaverQuery *self, BeaverQuerySyntax syntax);
BEAVER_AVAILABLE_IN_1_0
BeaverQuerySyntax beaver_query_get_syntax (BeaverQuery *self);
BEAVER_AVAILABLE_IN_1_0
void beaver_query_set_strict (BeaverQuery *self, gboolean strict);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_query_get_strict (BeaverQuery *self);
BEAVER_AVAILABLE_IN_1_0
void beaver_query_set_fields (BeaverQuery *self, const char *const *fields);
BEAVER_AVAILABLE_IN_1_0
const char *const *beaver_query_get_fields (BeaverQuery *self);
BEAVER_AVAILABLE_IN_1_0
void beaver_query_set_fuzzy_text (BeaverQuery *self, const char *text);
BEAVER_AVAILABLE_IN_1_0
const char *beaver_query_get_fuzzy_text (BeaverQuery *self);
BEAVER_AVAILABLE_IN_1_0
void beaver_query_set_fuzziness (BeaverQuery *self, guint fuzziness);
BEAVER_AVAILABLE_IN_1_0
guint beaver_query_get_fuzziness (BeaverQuery *self);
BEAVER_AVAILABLE_IN_1_0
void
beaver_query_set_snippet (BeaverQuery *self, const char *before, const char *after, guint words);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_query_set_near (BeaverQuery *self,
                                BeaverVectors *vectors,
                                BeaverVectorQuery *near,
                                double weight,
                                GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_query_set_limit (BeaverQuery *self, gint64 limit);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_query_get_limit (BeaverQuery *self);
BEAVER_AVAILABLE_IN_1_0
void beaver_query_set_offset (BeaverQuery *self, gint64 offset);
BEAVER_AVAILABLE_IN_1_0
gint64 beaver_query_get_offset (BeaverQuery *self);
BEAVER_AVAILABLE_IN_1_0
void beaver_query_set_range (BeaverQuery *self, double start, double end);

G_END_DECLS
