/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE /* memmem() */
#include "config.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <glib/gi18n-lib.h>

#include <beaver/engine/beaver-filter-private.h>
#include <beaver/engine/beaver-json-scan-private.h>

/* ---- paths ---- */

typedef struct
{
  char *name; /* NULL: an element */
  gsize length;
  gint64 index;
} Step;

struct _BeaverPath
{
  gatomicrefcount ref_count;
  char *text;
  GArray *steps;
  gboolean plain;
};

static void
step_clear (gpointer data)
{
  g_free (((Step *) data)->name);
}

static gboolean
refuse_path (const char *text, const char *why, GError **error)
{
  g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
               _ ("“%s” is no path: %s; write names joined by dots, such as “author.name”"), text,
               why);
  return FALSE;
}

/* "[3]" or "[#-1]" at *p. */
static gboolean
parse_index (BeaverPath *self, const char **p, GError **error)
{
  Step step = { NULL, 0, 0 };
  gboolean from_end = g_str_has_prefix (*p, "[#-");
  const char *digits = *p + (from_end ? 3 : 1);
  char *end;

  errno = 0;
  step.index = g_ascii_isdigit (*digits) ? g_ascii_strtoll (digits, &end, 10) : -1;
  if (step.index < 0 || errno != 0 || *end != ']')
    return refuse_path (self->text, _ ("brackets hold the place of an element, a number"), error);
  if (from_end && step.index == 0)
    return refuse_path (self->text, _ ("the last element is [#-1]"), error);
  if (from_end)
    step.index = -step.index;
  g_array_append_val (self->steps, step);
  self->plain = FALSE;
  *p = end + 1;
  return TRUE;
}

static gboolean
parse_name (BeaverPath *self, const char **p, GError **error)
{
  Step step = { NULL, 0, 0 };
  const char *begin = *p, *end;

  if (*begin == '"')
    {
      end = strchr (++begin, '"');
      if (end == NULL)
        return refuse_path (self->text, _ ("a quote is not closed"), error);
      *p = end + 1;
      self->plain = FALSE;
      if (**p != '\0' && **p != '.' && **p != '[')
        return refuse_path (self->text, _ ("a dot must follow the closing quote"), error);
    }
  else
    {
      end = begin + strcspn (begin, ".[");
      if (end == begin)
        return refuse_path (self->text, _ ("a name is empty"), error);
      *p = end;
    }
  step.length = (gsize) (end - begin);
  step.name = g_strndup (begin, step.length);
  g_array_append_val (self->steps, step);
  return TRUE;
}

BeaverPath *
_beaver_path_new (const char *text, GError **error)
{
  g_autoptr (BeaverPath) self = NULL;
  const char *p = text;

  if (text == NULL || !g_utf8_validate (text, -1, NULL))
    {
      g_set_error_literal (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                           text == NULL ? _ ("the path is missing") : _ ("the path is not UTF-8"));
      return NULL;
    }
  self = g_new0 (BeaverPath, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->text = g_strdup (text);
  self->steps = g_array_new (FALSE, FALSE, sizeof (Step));
  g_array_set_clear_func (self->steps, step_clear);
  self->plain = *text != '\0';

  if (*p != '\0' && *p != '[' && !parse_name (self, &p, error))
    return NULL;
  while (*p != '\0')
    {
      if (*p == '[')
        {
          if (!parse_index (self, &p, error))
            return NULL;
          continue;
        }
      if (*p != '.')
        {
          refuse_path (text, _ ("a dot must follow the bracket"), error);
          return NULL;
        }
      p++;
      if (!parse_name (self, &p, error))
        return NULL;
    }
  return g_steal_pointer (&self);
}

BeaverPath *
_beaver_path_ref (BeaverPath *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
_beaver_path_unref (BeaverPath *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_free (self->text);
  g_array_unref (self->steps);
  g_free (self);
}

const char *
_beaver_path_get_text (BeaverPath *self)
{
  return self->text;
}

gboolean
_beaver_path_is_plain (BeaverPath *self)
{
  return self->plain;
}

/* Narrows a checked text to the value; FALSE when it is absent. */
static gboolean
find (BeaverPath *self, const guint8 **p, const guint8 **end)
{
  for (guint i = 0; i < self->steps->len; i++)
    {
      Step *step = &g_array_index (self->steps, Step, i);

      if (step->name != NULL ? !_beaver_json_enter (p, end, step->name, step->length) :
                               !_beaver_json_enter_array (p, end, step->index))
        return FALSE;
    }
  return TRUE;
}

/* ---- scalars ---- */

void
_beaver_scalar_clear (BeaverScalar *self)
{
  g_clear_pointer (&self->text, g_free);
  self->type = BEAVER_SCALAR_NULL;
}

/* As sqlite3IntFloatCompare(): exact, where the integer has no double. */
static int
compare_int_real (gint64 i, double r)
{
  gint64 truncated;

  if (r < -9223372036854775808.0)
    return 1;
  if (r >= 9223372036854775808.0)
    return -1;
  truncated = (gint64) r;
  if (i != truncated)
    return i < truncated ? -1 : 1;
  return (double) truncated < r ? -1 : (double) truncated > r;
}

int
_beaver_scalar_compare (const BeaverScalar *a, const BeaverScalar *b)
{
  int order;

  if (a->type == BEAVER_SCALAR_INTEGER && b->type == BEAVER_SCALAR_REAL)
    return compare_int_real (a->integer, b->real);
  if (a->type == BEAVER_SCALAR_REAL && b->type == BEAVER_SCALAR_INTEGER)
    return -compare_int_real (b->integer, a->real);
  if (a->type != b->type)
    return a->type < b->type ? -1 : 1;
  switch (a->type)
    {
    case BEAVER_SCALAR_INTEGER:
      return (a->integer > b->integer) - (a->integer < b->integer);
    case BEAVER_SCALAR_REAL:
      return (a->real > b->real) - (a->real < b->real);
    case BEAVER_SCALAR_TEXT:
      order = memcmp (a->text, b->text, MIN (a->length, b->length));
      return order != 0 ? order : (a->length > b->length) - (a->length < b->length);
    case BEAVER_SCALAR_NULL:
    default:
      return 0;
    }
}

static int
compare_scalars (const void *a, const void *b)
{
  return _beaver_scalar_compare (a, b);
}

/* A checked object or array without white space. */
static GString *
minify (const guint8 *p, const guint8 *end)
{
  GString *out = g_string_sized_new ((gsize) (end - p));
  gboolean in_string = FALSE;

  for (; p < end; p++)
    {
      if (!in_string && _beaver_json_is_space (*p))
        continue;
      if (*p == '"')
        in_string = !in_string;
      g_string_append_c (out, (gchar) *p);
      if (in_string && *p == '\\' && p + 1 < end)
        g_string_append_c (out, (gchar) * ++p);
    }
  return out;
}

static void
take_text (BeaverScalar *scalar, GString *text)
{
  scalar->type = BEAVER_SCALAR_TEXT;
  scalar->length = text->len;
  scalar->text = g_string_free (text, FALSE);
}

static void
set_real (BeaverScalar *scalar, double value)
{
  scalar->type = BEAVER_SCALAR_REAL;
  scalar->real = value;
}

static void
read_number (const guint8 *p, const guint8 *end, BeaverScalar *scalar)
{
  gboolean integer = TRUE;

  for (const guint8 *q = p; q < end; q++)
    if (*q == '.' || *q == 'e' || *q == 'E')
      integer = FALSE;
  if (integer)
    {
      char digits[24];
      gsize length = (gsize) (end - p);

      if (length < sizeof digits)
        {
          memcpy (digits, p, length);
          digits[length] = '\0';
          errno = 0;
          scalar->integer = g_ascii_strtoll (digits, NULL, 10);
          if (errno == 0)
            {
              scalar->type = BEAVER_SCALAR_INTEGER;
              scalar->real = (double) scalar->integer;
              return;
            }
        }
    }
  set_real (scalar, _beaver_json_parse_double (p, (gsize) (end - p)));
}

/* A checked value. */
static void
read_scalar (const guint8 *p, const guint8 *end, BeaverScalar *scalar)
{
  GString *text;

  memset (scalar, 0, sizeof *scalar);
  switch (*p)
    {
    case '"':
      text = g_string_sized_new ((gsize) (end - p));
      _beaver_json_decode_string (text, p + 1, end - 1);
      take_text (scalar, text);
      break;
    case '{':
    case '[':
      take_text (scalar, minify (p, end));
      break;
    case 't':
    case 'f':
      scalar->type = BEAVER_SCALAR_INTEGER;
      scalar->integer = *p == 't';
      scalar->real = (double) scalar->integer;
      break;
    case 'I':
      set_real (scalar, INFINITY);
      break;
    case 'n':
    case 'N':
      break;
    default:
      if (p[1] == 'I')
        set_real (scalar, -INFINITY);
      else
        read_number (p, end, scalar);
    }
}

/* The one value that a text is; FALSE when it is no JSON. */
static gboolean
check (const char *json, gsize length, const guint8 **p, const guint8 **end)
{
  const guint8 *text_end = (const guint8 *) json + length;
  BeaverJsonFault fault;

  *p = _beaver_json_skip_space ((const guint8 *) json, text_end);
  if (*p == text_end)
    return FALSE;
  *end = _beaver_json_scan_value (*p, text_end, 0, &fault);
  return *end != NULL && _beaver_json_skip_space (*end, text_end) == text_end;
}

void
_beaver_path_read (BeaverPath *path, const char *json, gsize length, BeaverScalar *scalar)
{
  const guint8 *p, *end;

  if (check (json, length, &p, &end) && find (path, &p, &end))
    read_scalar (p, end, scalar);
  else
    memset (scalar, 0, sizeof *scalar);
}

/* ---- conditions ---- */

static const char *const op_names[] = { "==", "!=", "<",       "<=",       ">",
                                        ">=", "in", "between", "contains", "exists" };

static gboolean
refuse_value (BeaverFilter *self, const char *why, GError **error)
{
  g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID, _ ("the condition “%s” on “%s” %s"),
               op_names[self->op], _beaver_path_get_text (self->path), why);
  return FALSE;
}

static gboolean
add_value (BeaverFilter *self, const guint8 *p, const guint8 *end, GError **error)
{
  BeaverScalar scalar;

  if (*p == '{' || *p == '[')
    return refuse_value (self, _ ("needs a text, a number or a boolean, not an object or an array"),
                         error);
  read_scalar (p, end, &scalar);
  /* null is equal to nothing, not even to itself */
  if (scalar.type == BEAVER_SCALAR_NULL && self->op == BEAVER_FILTER_IN)
    return TRUE;
  self->values = g_renew (BeaverScalar, self->values, self->n_values + 1);
  self->values[self->n_values++] = scalar;
  return TRUE;
}

static gboolean
add_values (BeaverFilter *self, const guint8 *p, const guint8 *end, GError **error)
{
  gsize capacity = 0;

  if (*p != '[')
    return refuse_value (self, _ ("needs an array"), error);
  for (p = _beaver_json_skip_space (p + 1, end); *p != ']';)
    {
      BeaverJsonFault fault;
      const guint8 *value_end = _beaver_json_scan_value (p, end, 0, &fault);

      if (value_end == NULL || !add_value (self, p, value_end, error))
        return FALSE;
      p = _beaver_json_skip_space (value_end, end);
      if (*p == ',')
        p = _beaver_json_skip_space (p + 1, end);
      capacity++;
    }
  if (self->op == BEAVER_FILTER_BETWEEN && capacity != 2)
    return refuse_value (self, _ ("needs an array of two, the least and the greatest value"),
                         error);
  if (self->op == BEAVER_FILTER_IN && self->n_values > 0)
    qsort (self->values, self->n_values, sizeof (BeaverScalar), compare_scalars);
  return TRUE;
}

BeaverFilter *
_beaver_filter_new (const char *path, int op, const char *json, GError **error)
{
  g_autoptr (BeaverFilter) self = NULL;
  g_autoptr (BeaverPath) parsed = _beaver_path_new (path, error);
  g_autofree char *normal = NULL;
  const guint8 *p, *end;

  if (parsed == NULL)
    return NULL;
  if (op < BEAVER_FILTER_EQUAL || op > BEAVER_FILTER_EXISTS)
    {
      g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID,
                   _ ("%d is no operator of a condition"), op);
      return NULL;
    }
  self = g_new0 (BeaverFilter, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->path = g_steal_pointer (&parsed);
  self->op = (BeaverFilterOp) op;
  self->exists = TRUE;

  if (json == NULL)
    {
      if (self->op == BEAVER_FILTER_EXISTS)
        return g_steal_pointer (&self);
      refuse_value (self, _ ("needs a value to compare with, as JSON text"), error);
      return NULL;
    }
  normal = _beaver_json_normalize (json, -1, error);
  if (normal == NULL)
    {
      g_prefix_error (error, _ ("the value to compare “%s” with: "), path);
      return NULL;
    }
  check (normal, strlen (normal), &p, &end);
  switch (self->op)
    {
    case BEAVER_FILTER_IN:
    case BEAVER_FILTER_BETWEEN:
      if (!add_values (self, p, end, error))
        return NULL;
      break;
    case BEAVER_FILTER_EXISTS:
      if (*p != 't' && *p != 'f')
        {
          refuse_value (self, _ ("is asked with true or false"), error);
          return NULL;
        }
      self->exists = *p == 't';
      break;
    case BEAVER_FILTER_EQUAL:
    case BEAVER_FILTER_NOT_EQUAL:
    case BEAVER_FILTER_LESS:
    case BEAVER_FILTER_LESS_EQUAL:
    case BEAVER_FILTER_GREATER:
    case BEAVER_FILTER_GREATER_EQUAL:
    case BEAVER_FILTER_CONTAINS:
    default:
      if (!add_value (self, p, end, error))
        return NULL;
    }
  return g_steal_pointer (&self);
}

BeaverFilter *
_beaver_filter_ref (BeaverFilter *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
_beaver_filter_unref (BeaverFilter *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_clear_pointer (&self->path, _beaver_path_unref);
  for (guint i = 0; i < self->n_values; i++)
    _beaver_scalar_clear (&self->values[i]);
  g_free (self->values);
  g_free (self);
}

static gboolean
holds (BeaverFilter *self, const BeaverScalar *value)
{
  const BeaverScalar *operand = self->values;
  int order;

  if (value->type == BEAVER_SCALAR_NULL)
    return FALSE;
  if (self->op == BEAVER_FILTER_IN)
    return self->n_values > 0 &&
           bsearch (value, operand, self->n_values, sizeof *operand, compare_scalars) != NULL;
  if (operand[0].type == BEAVER_SCALAR_NULL ||
      (self->op == BEAVER_FILTER_BETWEEN && operand[1].type == BEAVER_SCALAR_NULL))
    return FALSE;

  order = _beaver_scalar_compare (value, operand);
  switch (self->op)
    {
    case BEAVER_FILTER_EQUAL:
      return order == 0;
    case BEAVER_FILTER_NOT_EQUAL:
      return order != 0;
    case BEAVER_FILTER_LESS:
      return order < 0;
    case BEAVER_FILTER_LESS_EQUAL:
      return order <= 0;
    case BEAVER_FILTER_GREATER:
      return order > 0;
    case BEAVER_FILTER_GREATER_EQUAL:
      return order >= 0;
    case BEAVER_FILTER_BETWEEN:
      return order >= 0 && _beaver_scalar_compare (value, operand + 1) <= 0;
    case BEAVER_FILTER_IN:
    case BEAVER_FILTER_CONTAINS:
    case BEAVER_FILTER_EXISTS:
    default:
      return FALSE;
    }
}

/* A part of a text, or an element of an array. */
static gboolean
contains (BeaverFilter *self, const guint8 *p, const guint8 *end)
{
  const BeaverScalar *operand = self->values;
  BeaverScalar value;
  gboolean found = FALSE;

  if (operand->type == BEAVER_SCALAR_NULL)
    return FALSE;
  if (*p == '"' && operand->type == BEAVER_SCALAR_TEXT)
    {
      read_scalar (p, end, &value);
      found = operand->length == 0 ||
              memmem (value.text, value.length, operand->text, operand->length) != NULL;
      _beaver_scalar_clear (&value);
      return found;
    }
  if (*p != '[')
    return FALSE;
  for (p = _beaver_json_skip_space (p + 1, end); *p != ']' && !found;)
    {
      BeaverJsonFault fault;
      const guint8 *value_end = _beaver_json_scan_value (p, end, 0, &fault);

      if (value_end == NULL)
        return FALSE;
      if (*p != '{' && *p != '[')
        {
          read_scalar (p, value_end, &value);
          found = value.type != BEAVER_SCALAR_NULL && _beaver_scalar_compare (&value, operand) == 0;
          _beaver_scalar_clear (&value);
        }
      p = _beaver_json_skip_space (value_end, end);
      if (*p == ',')
        p = _beaver_json_skip_space (p + 1, end);
    }
  return found;
}

gboolean
_beaver_filters_match (GPtrArray *filters, const char *json, gsize length)
{
  const guint8 *whole, *whole_end;

  if (filters->len == 0)
    return TRUE;
  if (!check (json, length, &whole, &whole_end))
    return FALSE;
  for (guint i = 0; i < filters->len; i++)
    {
      BeaverFilter *filter = g_ptr_array_index (filters, i);
      const guint8 *p = whole, *end = whole_end;
      gboolean present = find (filter->path, &p, &end);
      BeaverScalar value;
      gboolean ok;

      if (filter->op == BEAVER_FILTER_EXISTS)
        ok = present == filter->exists;
      else if (!present)
        ok = FALSE;
      else if (filter->op == BEAVER_FILTER_CONTAINS)
        ok = contains (filter, p, end);
      else
        {
          read_scalar (p, end, &value);
          ok = holds (filter, &value);
          _beaver_scalar_clear (&value);
        }
      if (!ok)
        return FALSE;
    }
  return TRUE;
}
