/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "beaver-order-private.h"

/* Keys are fractions: all that follows is arithmetic on their first `width` digits, a multiple of
 * STEP. */

#define BASE 62
#define STEP 8
#define GAP_MAX                                                                                    \
  G_GUINT64_CONSTANT (839299365868340224) /* 62^10: a wider gap counts as this one                 \
                                           */
#define GAP_DIGITS 10
#define STRIDE G_GUINT64_CONSTANT (916132832) /* 62^5 */
#define STRIDE_DIGITS 5

static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

static int
digit_value (char c)
{
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'A' && c <= 'Z')
    return c - 'A' + 10;
  if (c >= 'a' && c <= 'z')
    return c - 'a' + 36;
  return -1;
}

/* Length without trailing zeros (the same number), or -1 for what is no key at all. */
static gssize
significant (const char *key)
{
  gssize length = 0;

  for (gsize i = 0; key[i] != '\0'; i++)
    {
      if (digit_value (key[i]) < 0)
        return -1;
      if (key[i] != '0')
        length = i + 1;
    }
  return length;
}

gboolean
_beaver_order_is_valid (const char *key)
{
  gssize length = significant (key);

  return length > 0 && length <= BEAVER_ORDER_MAX && key[length] == '\0';
}

/* The first width digits of a key, filled up with zeros. */
static void
load (guint8 *number, gsize width, const char *key, gsize length)
{
  for (gsize i = 0; i < width; i++)
    number[i] = i < length ? digit_value (key[i]) : 0;
}

static char *
store (const guint8 *number, gsize width)
{
  char *key;

  while (width > 0 && number[width - 1] == 0)
    width--;
  key = g_malloc (width + 1);
  for (gsize i = 0; i < width; i++)
    key[i] = digits[number[i]];
  key[width] = '\0';
  return key;
}

/* Adds 1 to the digit at position width - 1; FALSE when the number overflows. */
static gboolean
increment (guint8 *number, gsize width)
{
  while (width-- > 0)
    {
      if (++number[width] < BASE)
        return TRUE;
      number[width] = 0;
    }
  return FALSE;
}

static gboolean
decrement (guint8 *number, gsize width)
{
  while (width-- > 0)
    {
      if (number[width]-- > 0)
        return TRUE;
      number[width] = BASE - 1;
    }
  return FALSE;
}

static gboolean
is_zero (const guint8 *number, gsize width)
{
  for (gsize i = 0; i < width; i++)
    if (number[i] != 0)
      return FALSE;
  return TRUE;
}

char *
_beaver_order_after (const char *last)
{
  guint8 number[BEAVER_ORDER_MAX];
  gssize length;

  if (last == NULL)
    return g_strdup ("V");
  length = significant (last);
  if (length < 0)
    return NULL;
  for (gsize width = STEP; width <= BEAVER_ORDER_MAX; width += STEP)
    {
      load (number, width, last, length);
      if (!increment (number, width))
        continue;
      if (number[width - 1] == 0)
        number[width - 1] = 1;
      return store (number, width);
    }
  return NULL;
}

char *
_beaver_order_before (const char *first)
{
  guint8 number[BEAVER_ORDER_MAX];
  gssize length;

  if (first == NULL)
    return g_strdup ("V");
  length = significant (first);
  if (length <= 0) /* nothing sorts before "0" */
    return NULL;
  for (gsize width = STEP; width <= BEAVER_ORDER_MAX; width += STEP)
    {
      load (number, width, first, length);
      if (!decrement (number, width))
        continue;
      if (number[width - 1] == 0)
        {
          if (is_zero (number, width))
            continue;
          decrement (number, width);
        }
      return store (number, width);
    }
  return NULL;
}

/* Adds value to the number of width digits; the caller knows that it fits. */
static void
add (guint8 *number, gsize width, guint64 value)
{
  for (guint64 sum; width-- > 0 && value > 0; value = sum / BASE)
    {
      sum = value % BASE + number[width] + (value / BASE) * BASE;
      number[width] = sum % BASE;
    }
}

/* Where in a gap the new key goes decides how long keys get. The middle halves the room with every
 * insertion of a run (six keys for a digit). Right beside one neighbour makes a run in one
 * direction free and everything else dear. So: a wide gap is filled from one end in strides of RUN
 * digits' room, every other width from the other end, so that a run in the wrong direction moves
 * once to the next width and is free there; and what is narrower than two strides is halved. */
char *
_beaver_order_between (const char *before, const char *after)
{
  guint8 a[BEAVER_ORDER_MAX], b[BEAVER_ORDER_MAX];
  gssize a_length, b_length;
  gsize shared = 0;

  if (before == NULL)
    return _beaver_order_before (after);
  if (after == NULL)
    return _beaver_order_after (before);
  a_length = significant (before);
  b_length = significant (after);
  if (a_length < 0 || b_length < 0 || strcmp (before, after) >= 0)
    return NULL;
  while (before[shared] == after[shared])
    shared++;
  for (gsize width = (shared / STEP + 1) * STEP; width <= BEAVER_ORDER_MAX; width += STEP)
    {
      guint64 gap = 0;

      load (a, width, before, a_length);
      load (b, width, after, b_length);
      for (gsize i = shared; i < width && gap < GAP_MAX; i++)
        gap = MIN (gap * BASE + b[i] - a[i], GAP_MAX);
      if (gap > 2 * STRIDE)
        {
          gsize kept = width - STRIDE_DIGITS;

          if ((width / STEP) % 2 == 1)
            {
              increment (a, kept);
              return store (a, kept);
            }
          if (is_zero (b + kept, STRIDE_DIGITS))
            decrement (b, kept);
          return store (b, kept);
        }
      if (gap >= 2)
        {
          gsize kept = width;

          add (a, width, gap / 2);
          for (gap /= 8; gap >= BASE; gap /= BASE)
            kept--;
          return store (a, kept);
        }
      if (gap == 0 && width >= (gsize) MAX (a_length, b_length))
        return NULL; /* as between "V" and "V0" */
    }
  return NULL;
}

char *
_beaver_order_nth (guint64 index, guint64 count)
{
  guint8 number[GAP_DIGITS];
  guint64 room = BASE, value;
  gsize width = 1;

  g_return_val_if_fail (index < count, NULL);
  g_return_val_if_fail (count < GAP_MAX / (BASE * BASE), NULL);

  /* at least one digit of room between two keys */
  while (room / (count + 1) < BASE)
    {
      room *= BASE;
      width++;
    }
  value = (index + 1) * (room / (count + 1));
  for (gsize i = width; i-- > 0; value /= BASE)
    number[i] = value % BASE;
  return store (number, width);
}
