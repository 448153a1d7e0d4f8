/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/beaver-error.h>

G_BEGIN_DECLS

/* JSON as text: checked, and brought to the very form that Python's json.dumps() writes (spec,
 * section 2). */

/* The normal form of any JSON text: separators ", " and ": ", escapes, Python's float repr, -0 ->
 * 0, big integers kept digit by digit, key order kept, of duplicate keys the last value (at the
 * place of the first, as Python's dict does). BEAVER_ERROR_INVALID with line and column for what is
 * not JSON, NaN and Infinity included, invalid UTF-8, or nested deeper than 1,000. */
char *_beaver_json_normalize (const char *text, gssize length, GError **error);

/* Whether text is JSON as a reader must accept it: NaN, Infinity and -Infinity too. */
gboolean _beaver_json_check (const char *text, gssize length, GError **error);
/* A copy of a text that _beaver_json_check() accepts, in less time than checking and copying it
 * take; NULL with its error. */
char *_beaver_json_dup_checked (const char *text, gsize length, GError **error);

/* Many texts one behind the other in one piece of memory, each NUL-terminated. They are checked
 * when they are taken, so that the error of a damaged one comes in its place. */
typedef struct
{
  char *data;
  gsize size;
  gsize length; /* of what is there */
  gsize next;   /* where the text begins that _take() gives next */
  gsize last;   /* where the text is that was added last */
} BeaverTexts;

void _beaver_texts_add (BeaverTexts *self, gconstpointer text, gsize length);
/* The next one; NULL behind the last, and with an error in the place of what is not JSON. Valid
 * until texts are added or cleared. */
const char *_beaver_texts_take (BeaverTexts *self, GError **error);
/* The next one as it is, whatever it is; there is one. */
gconstpointer _beaver_texts_take_raw (BeaverTexts *self, gsize *length);
const char *_beaver_texts_last (BeaverTexts *self); /* there is one */
void _beaver_texts_clear (BeaverTexts *self);       /* keeps the memory, unless it is very much */
void _beaver_texts_destroy (BeaverTexts *self);     /* frees it; empty afterwards */

void _beaver_json_append_string (GString *out,
                                 const char *text,
                                 gssize length);              /* quoted; text is UTF-8 */
void _beaver_json_append_double (GString *out, double value); /* Python's repr(); finite */
char *_beaver_json_from_string (const char *text);
char *_beaver_json_from_double (double value);

/* Pull reader over a text that _beaver_json_check() accepts. */
typedef enum
{
  BEAVER_JSON_END,
  BEAVER_JSON_OBJECT_START,
  BEAVER_JSON_OBJECT_END,
  BEAVER_JSON_ARRAY_START,
  BEAVER_JSON_ARRAY_END,
  BEAVER_JSON_KEY,
  BEAVER_JSON_STRING,
  BEAVER_JSON_INTEGER, /* any number without fraction and exponent */
  BEAVER_JSON_DOUBLE,  /* NaN and the infinities too */
  BEAVER_JSON_TRUE,
  BEAVER_JSON_FALSE,
  BEAVER_JSON_NULL,
  BEAVER_JSON_ERROR,
} BeaverJsonToken;

typedef struct _BeaverJsonReader BeaverJsonReader;
BeaverJsonReader *_beaver_json_reader_new (const char *text, gssize length);
void _beaver_json_reader_free (BeaverJsonReader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeaverJsonReader, _beaver_json_reader_free)
BeaverJsonToken _beaver_json_reader_next (BeaverJsonReader *self);
/* After OBJECT_START or ARRAY_START: goes to its end. After KEY: to the end of its value. FALSE
 * when there is none: BEAVER_JSON_ERROR. */
gboolean _beaver_json_reader_skip (BeaverJsonReader *self);
/* Of the last token. Strings and keys are decoded UTF-8 (lone surrogate escapes become U+FFFD); may
 * hold NUL bytes, see length. */
const char *_beaver_json_reader_string (BeaverJsonReader *self, gsize *length);
gboolean _beaver_json_reader_int (BeaverJsonReader *self,
                                  gint64 *value); /* FALSE when it does not fit */
double _beaver_json_reader_double (BeaverJsonReader *self);
/* The raw text of the last token, or, after _skip(), of the whole value. */
const char *_beaver_json_reader_raw (BeaverJsonReader *self, gsize *length);
guint _beaver_json_reader_depth (BeaverJsonReader *self);
void _beaver_json_reader_set_error (BeaverJsonReader *self,
                                    GError **error); /* after BEAVER_JSON_ERROR */

/* The raw text of the value at a dotted path such as "a.b.c" in a text that _beaver_json_check()
 * accepts; NULL when it is absent, which is not null: each step needs an object that has the key,
 * arrays are not entered, of equal keys the last counts. Borrowed from text, no NUL at its end.
 * Costs one scan of the text and of each object entered. */
const char *
_beaver_json_path_find (const char *text, gssize length, const char *path, gsize *found_length);

G_END_DECLS
