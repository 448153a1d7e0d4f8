/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <beaver/engine/beaver-json-scan-private.h>
#include <glib/gi18n-lib.h>

/* A pull reader: one token a call, nothing decoded before it is asked for. */

typedef enum
{
  EXPECT_VALUE,
  EXPECT_FIRST, /* behind an opening bracket or brace */
  EXPECT_KEY,
  EXPECT_COLON,
  EXPECT_MORE, /* behind a value */
  EXPECT_NOTHING,
} Expect;

struct _BeaverJsonReader
{
  const guint8 *text;
  const guint8 *end;
  const guint8 *p;
  const guint8 *token; /* the last one: its raw text is [token, token_end) */
  const guint8 *token_end;
  GString *decoded; /* of the last string; NULL before the first */
  BeaverJsonFault fault;
  BeaverJsonToken kind;
  Expect expect;
  guint depth;
  gboolean is_decoded;
  guint64 objects[BEAVER_JSON_MAX_DEPTH / 64 + 1]; /* a bit a level */
};

BeaverJsonReader *
_beaver_json_reader_new (const char *text, gssize length)
{
  BeaverJsonReader *self = g_new (BeaverJsonReader, 1);

  self->text = self->p = self->token = self->token_end = (const guint8 *) text;
  self->end = self->text + (length < 0 ? strlen (text) : (gsize) length);
  self->decoded = NULL;
  self->fault.why = NULL;
  self->fault.at = NULL;
  self->kind = BEAVER_JSON_END;
  self->expect = EXPECT_VALUE;
  self->depth = 0;
  self->is_decoded = FALSE;
  return self;
}

void
_beaver_json_reader_free (BeaverJsonReader *self)
{
  if (self->decoded != NULL)
    g_string_free (self->decoded, TRUE);
  g_free (self);
}

static gboolean
in_object (BeaverJsonReader *self)
{
  guint level = self->depth - 1;

  return self->depth > 0 && (self->objects[level / 64] >> level % 64 & 1);
}

static BeaverJsonToken
fail (BeaverJsonReader *self, const guint8 *at, const char *why)
{
  if (why != NULL)
    {
      self->fault.at = at;
      self->fault.why = why;
    }
  self->token = self->token_end = self->p;
  return self->kind = BEAVER_JSON_ERROR;
}

static BeaverJsonToken
token (BeaverJsonReader *self, BeaverJsonToken kind, const guint8 *end, Expect expect)
{
  self->token = self->p;
  self->token_end = self->p = end;
  self->is_decoded = FALSE;
  self->expect = expect;
  return self->kind = kind;
}

static BeaverJsonToken
close_container (BeaverJsonReader *self)
{
  BeaverJsonToken kind = in_object (self) ? BEAVER_JSON_OBJECT_END : BEAVER_JSON_ARRAY_END;

  self->depth--;
  return token (self, kind, self->p + 1, EXPECT_MORE);
}

static BeaverJsonToken
read_value (BeaverJsonReader *self)
{
  const guint8 *p = self->p, *end;
  BeaverJsonNumber number;
  guint8 c = p < self->end ? *p : '\0';

  if (c == '"')
    {
      end = _beaver_json_scan_string (p + 1, self->end, &self->fault);
      return end != NULL ? token (self, BEAVER_JSON_STRING, end, EXPECT_MORE) :
                           fail (self, NULL, NULL);
    }
  if (c == '{' || c == '[')
    {
      guint level = self->depth;

      if (level == BEAVER_JSON_MAX_DEPTH)
        return fail (self, p, N_ ("nested deeper than 1000"));
      self->objects[level / 64] &= ~(G_GUINT64_CONSTANT (1) << level % 64);
      self->objects[level / 64] |= (guint64) (c == '{') << level % 64;
      self->depth++;
      return token (self, c == '{' ? BEAVER_JSON_OBJECT_START : BEAVER_JSON_ARRAY_START, p + 1,
                    EXPECT_FIRST);
    }
  if (g_ascii_isdigit (c) || (c == '-' && !(self->end - p > 1 && p[1] == 'I')))
    {
      if (!_beaver_json_scan_number (p, self->end, &number, &self->fault))
        return fail (self, NULL, NULL);
      return token (self,
                    number.point != NULL || number.exponent != NULL ? BEAVER_JSON_DOUBLE :
                                                                      BEAVER_JSON_INTEGER,
                    number.end, EXPECT_MORE);
    }
  end = _beaver_json_scan_word (p, self->end, TRUE, &self->fault);
  if (end == NULL)
    return fail (self, NULL, NULL);
  return token (self,
                c == 't' ? BEAVER_JSON_TRUE :
                c == 'f' ? BEAVER_JSON_FALSE :
                c == 'n' ? BEAVER_JSON_NULL :
                           BEAVER_JSON_DOUBLE,
                end, EXPECT_MORE);
}

static BeaverJsonToken
read_key (BeaverJsonReader *self)
{
  const guint8 *end;

  if (self->p == self->end || *self->p != '"')
    return fail (self, self->p, N_ ("expected a key in quotes"));
  end = _beaver_json_scan_string (self->p + 1, self->end, &self->fault);
  return end != NULL ? token (self, BEAVER_JSON_KEY, end, EXPECT_COLON) : fail (self, NULL, NULL);
}

BeaverJsonToken
_beaver_json_reader_next (BeaverJsonReader *self)
{
  guint8 c;

  if (self->kind == BEAVER_JSON_ERROR)
    return BEAVER_JSON_ERROR;
  self->p = _beaver_json_skip_space (self->p, self->end);
  c = self->p < self->end ? *self->p : '\0';

  switch (self->expect)
    {
    case EXPECT_FIRST:
      if (c == (in_object (self) ? '}' : ']'))
        return close_container (self);
      return in_object (self) ? read_key (self) : read_value (self);
    case EXPECT_KEY:
      return read_key (self);
    case EXPECT_COLON:
      if (c != ':')
        return fail (self, self->p, N_ ("expected a colon behind the key"));
      self->p = _beaver_json_skip_space (self->p + 1, self->end);
      return read_value (self);
    case EXPECT_VALUE:
      return read_value (self);
    case EXPECT_MORE:
      if (self->depth == 0)
        {
          if (self->p < self->end)
            return fail (self, self->p, N_ ("there is more behind the value"));
          return token (self, BEAVER_JSON_END, self->p, EXPECT_NOTHING);
        }
      if (self->p == self->end)
        return fail (self, self->p,
                     in_object (self) ? N_ ("an object has no end") : N_ ("an array has no end"));
      if (c == ',')
        {
          self->p = _beaver_json_skip_space (self->p + 1, self->end);
          return in_object (self) ? read_key (self) : read_value (self);
        }
      if (c == (in_object (self) ? '}' : ']'))
        return close_container (self);
      return fail (self, self->p,
                   in_object (self) ? N_ ("expected , or }") : N_ ("expected , or ]"));
    case EXPECT_NOTHING:
    default:
      return BEAVER_JSON_END;
    }
}

gboolean
_beaver_json_reader_skip (BeaverJsonReader *self)
{
  const guint8 *end;

  if (self->kind == BEAVER_JSON_KEY)
    {
      if (_beaver_json_reader_next (self) == BEAVER_JSON_ERROR)
        return FALSE;
    }
  if (self->kind == BEAVER_JSON_ERROR)
    return FALSE;
  if (self->kind != BEAVER_JSON_OBJECT_START && self->kind != BEAVER_JSON_ARRAY_START)
    return TRUE;

  /* the whole value again, without looking at its tokens */
  self->depth--;
  end = _beaver_json_scan_value (self->token, self->end, self->depth, &self->fault);
  if (end == NULL)
    {
      fail (self, NULL, NULL);
      return FALSE;
    }
  self->p = self->token;
  token (self,
         self->kind == BEAVER_JSON_OBJECT_START ? BEAVER_JSON_OBJECT_END : BEAVER_JSON_ARRAY_END,
         end, EXPECT_MORE);
  return TRUE;
}

const char *
_beaver_json_reader_string (BeaverJsonReader *self, gsize *length)
{
  if (self->kind != BEAVER_JSON_STRING && self->kind != BEAVER_JSON_KEY)
    {
      if (length != NULL)
        *length = 0;
      return NULL;
    }
  if (!self->is_decoded)
    {
      if (self->decoded == NULL)
        self->decoded = g_string_sized_new (64);
      g_string_truncate (self->decoded, 0);
      _beaver_json_decode_string (self->decoded, self->token + 1, self->token_end - 1);
      self->is_decoded = TRUE;
    }
  if (length != NULL)
    *length = self->decoded->len;
  return self->decoded->str;
}

gboolean
_beaver_json_reader_int (BeaverJsonReader *self, gint64 *value)
{
  const guint8 *p = self->token;
  gboolean negative = p < self->token_end && *p == '-';
  guint64 limit = (guint64) G_MAXINT64 + negative, size = 0;

  if (self->kind != BEAVER_JSON_INTEGER)
    return FALSE;
  for (p += negative; p < self->token_end; p++)
    {
      guint digit = *p - '0';

      if (size > (limit - digit) / 10)
        return FALSE;
      size = size * 10 + digit;
    }
  *value = (gint64) (negative ? 0 - size : size);
  return TRUE;
}

double
_beaver_json_reader_double (BeaverJsonReader *self)
{
  double value;

  if (self->kind != BEAVER_JSON_INTEGER && self->kind != BEAVER_JSON_DOUBLE)
    return 0;
  value = _beaver_json_parse_double (self->token, (gsize) (self->token_end - self->token));
  /* -0 is an integer, and integers have no -0 */
  return self->kind == BEAVER_JSON_INTEGER && value == 0 ? 0 : value;
}

const char *
_beaver_json_reader_raw (BeaverJsonReader *self, gsize *length)
{
  if (length != NULL)
    *length = (gsize) (self->token_end - self->token);
  return (const char *) self->token;
}

guint
_beaver_json_reader_depth (BeaverJsonReader *self)
{
  return self->depth;
}

void
_beaver_json_reader_set_error (BeaverJsonReader *self, GError **error)
{
  if (self->kind == BEAVER_JSON_ERROR)
    _beaver_json_set_fault (error, self->text, self->end, &self->fault);
}
