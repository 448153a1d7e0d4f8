/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <float.h>
#include <math.h>

#include <beaver/engine/beaver-json-scan-private.h>

/* Numbers between text and double, both ways exact.
 *
 * Writing has to give the digits of Python's repr(): the shortest that read back as the same double
 * and, among those, the nearest to it. printf() with 15, 16 and 17 digits in turn does not: below a
 * power of two the neighbour is nearer than above, and 2^-44 has the 16
 * digits 5.684341886080802e-14 although %.16g prints ...801e-14. The algorithm is Raffaello
 * Giulietti's "The Schubfach way to render doubles": one multiplication with a power of ten of 126
 * bits for the number and each of its two rounding boundaries, all rounded to odd so that comparing
 * them stays exact.
 *
 * Reading goes through Clinger's exact case, then through Eisel and Lemire's (same table), and in
 * the rare doubtful case through strtod(). */

#define MANTISSA_BITS 52
#define EXPONENT_BIAS (1023 + MANTISSA_BITS)
#define HIDDEN_BIT (G_GUINT64_CONSTANT (1) << MANTISSA_BITS)
#define MAX_DIGITS 19

static inline guint64
multiply (guint64 a, guint64 b, guint64 *low)
{
#ifdef __SIZEOF_INT128__
  unsigned __int128 product = (unsigned __int128) a * b;

  *low = (guint64) product;
  return (guint64) (product >> 64);
#else
  guint64 a0 = (guint32) a, a1 = a >> 32, b0 = (guint32) b, b1 = b >> 32;
  guint64 middle = a1 * b0 + (a0 * b0 >> 32);
  guint64 other = a0 * b1 + (guint32) middle;

  *low = other << 32 | (guint32) (a0 * b0);
  return a1 * b1 + (middle >> 32) + (other >> 32);
#endif
}

static inline guint64
round_to_odd (const BeaverJsonPower *power, guint64 factor)
{
  guint64 unused, low, carry, high;

  carry = multiply (power->lo, factor, &unused);
  high = multiply (power->hi, factor, &low);
  low += carry;
  high += low < carry;
  return high | (low > 1);
}

/* value = digits * 10^exponent; value is finite and above 0. */
static guint64
shortest_digits (guint64 bits, gint *exponent)
{
  guint64 fraction = bits & (HIDDEN_BIT - 1);
  gint biased = (gint) (bits >> MANTISSA_BITS) & 0x7ff;
  guint64 c, lower, upper, middle, s;
  gint q, k, h;
  gboolean near_below, odd;

  if (biased != 0)
    {
      c = HIDDEN_BIT | fraction;
      q = biased - EXPONENT_BIAS;
      if (q <= 0 && q > -(MANTISSA_BITS + 1) && (c & ((G_GUINT64_CONSTANT (1) << -q) - 1)) == 0)
        {
          *exponent = 0;
          return c >> -q;
        }
    }
  else
    {
      c = fraction;
      q = 1 - EXPONENT_BIAS;
    }

  odd = c & 1; /* the boundaries belong to even mantissas */
  near_below = fraction == 0 && biased > 1;

  /* floor (log10 (2^q)), of 3/4 of it where the lower boundary is nearer */
  k = (q * 1262611 - (near_below ? 524031 : 0)) >> 22;
  h = q + ((-k * 1741647) >> 19) + 1;
  {
    const BeaverJsonPower *power = &_beaver_json_powers[-k - BEAVER_JSON_MIN_POWER];

    lower = round_to_odd (power, (4 * c - 2 + near_below) << h) + odd;
    middle = round_to_odd (power, (4 * c) << h);
    upper = round_to_odd (power, (4 * c + 2) << h) - odd;
  }

  s = middle / 4;
  if (s >= 10)
    {
      guint64 tens = s / 10;
      gboolean below = lower <= 40 * tens;
      gboolean above = 40 * tens + 40 <= upper;

      if (below != above)
        {
          *exponent = k + 1;
          return tens + above;
        }
    }
  *exponent = k;
  {
    gboolean below = lower <= 4 * s;
    gboolean above = 4 * s + 4 <= upper;

    if (below != above)
      return s + above;
  }
  return s + (middle > 4 * s + 2 || (middle == 4 * s + 2 && (s & 1) != 0));
}

gsize
_beaver_json_format_double (char *buffer, double value)
{
  char digits[MAX_DIGITS + 1];
  char *out = buffer;
  guint64 bits, number;
  gint exponent, point;
  guint n = 0;

  memcpy (&bits, &value, sizeof bits);
  if (bits >> 63)
    *out++ = '-';
  bits &= G_MAXINT64;
  if (bits == 0)
    {
      memcpy (out, "0.0", 4);
      return (gsize) (out - buffer) + 3;
    }

  number = shortest_digits (bits, &exponent);
  while (number % 10 == 0)
    {
      number /= 10;
      exponent++;
    }
  for (guint64 rest = number; rest != 0; rest /= 10)
    digits[MAX_DIGITS - n++] = (char) ('0' + rest % 10);
  memmove (digits, digits + MAX_DIGITS + 1 - n, n);

  /* value = 0.digits * 10^point; the rule of Python's float_repr_style "short" */
  point = exponent + (gint) n;
  if (point > -4 && point <= 0)
    {
      memcpy (out, "0.", 2);
      memset (out + 2, '0', (gsize) -point);
      memcpy (out + 2 - point, digits, n);
      out += 2 - point + (gint) n;
    }
  else if (point > 0 && point <= 16)
    {
      gint whole = MIN (point, (gint) n);

      memcpy (out, digits, (gsize) whole);
      memset (out + whole, '0', (gsize) (point - whole));
      out += point;
      *out++ = '.';
      if ((gint) n > point)
        {
          memcpy (out, digits + point, n - (guint) point);
          out += (gint) n - point;
        }
      else
        *out++ = '0';
    }
  else
    {
      gint power = point - 1;
      guint size = (guint) ABS (power);

      *out++ = digits[0];
      if (n > 1)
        {
          *out++ = '.';
          memcpy (out, digits + 1, n - 1);
          out += n - 1;
        }
      *out++ = 'e';
      *out++ = power < 0 ? '-' : '+';
      if (size >= 100)
        *out++ = (char) ('0' + size / 100);
      *out++ = (char) ('0' + size / 10 % 10);
      *out++ = (char) ('0' + size % 10);
    }
  *out = '\0';
  return (gsize) (out - buffer);
}

/* Eisel and Lemire: FALSE where 128 bits of the power of ten cannot decide. mantissa is not 0. */
static gboolean
decimal_to_double (guint64 mantissa, gint exponent, double *value)
{
  BeaverJsonPower power;
  gint zeros, two;
  guint64 hi, lo, result, bits, msb;

  if (exponent < BEAVER_JSON_MIN_POWER || exponent > 308)
    return FALSE;
  power = _beaver_json_powers[exponent - BEAVER_JSON_MIN_POWER];
  if (exponent < 0 || exponent > 55) /* the table is rounded up, this wants it cut off */
    power.hi -= power.lo-- == 0;

  zeros = __builtin_clzll (mantissa);
  mantissa <<= zeros;
  two = ((217706 * exponent) >> 16) + 64 + 1023 - zeros;

  hi = multiply (mantissa, power.hi, &lo);
  if ((hi & 0x1ff) == 0x1ff && lo + mantissa < mantissa)
    {
      guint64 least, merged;

      merged = lo + multiply (mantissa, power.lo, &least);

      if (merged < lo)
        hi++;
      if ((hi & 0x1ff) == 0x1ff && merged + 1 == 0 && least + mantissa < mantissa)
        return FALSE;
      lo = merged;
    }

  msb = hi >> 63;
  result = hi >> (msb + 9);
  two -= (gint) (1 ^ msb);
  if (lo == 0 && (hi & 0x1ff) == 0 && (result & 3) == 1)
    return FALSE;
  result += result & 1;
  result >>= 1;
  if (result >> 53)
    {
      result >>= 1;
      two++;
    }
  if (two < 1 || two >= 0x7ff)
    return FALSE;
  bits = (guint64) two << MANTISSA_BITS | (result & (HIDDEN_BIT - 1));
  memcpy (value, &bits, sizeof bits);
  return TRUE;
}

double
_beaver_json_parse_double (const guint8 *text, gsize length)
{
  static const double tens[] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                 1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
  const guint8 *p = text, *end = text + length;
  gboolean negative = FALSE, fraction = FALSE, cut = FALSE;
  guint64 mantissa = 0;
  guint digits = 0;
  gint64 exponent = 0;
  double value;

  if (p < end && *p == '-')
    {
      negative = TRUE;
      p++;
    }
  if (p < end && *p == 'I')
    return negative ? -INFINITY : INFINITY;
  if (p < end && *p == 'N')
    return NAN;

  for (; p < end; p++)
    {
      if (*p == '.')
        fraction = TRUE;
      else if (*p < '0' || *p > '9')
        break;
      else if (digits == MAX_DIGITS)
        {
          cut |= *p != '0';
          exponent += !fraction;
        }
      else
        {
          mantissa = mantissa * 10 + (*p - '0');
          digits += mantissa != 0;
          exponent -= fraction;
        }
    }
  if (p < end)
    {
      gboolean minus = p[1] == '-';
      gint64 size = 0;

      for (p += p[1] == '-' || p[1] == '+' ? 2 : 1; p < end; p++)
        if (size < G_MAXINT32)
          size = size * 10 + (*p - '0');
      exponent += minus ? -size : size;
    }

  if (mantissa == 0)
    return negative ? -0.0 : 0.0;
#if FLT_EVAL_METHOD == 0
  if (!cut && mantissa <= G_GUINT64_CONSTANT (1) << 53 && exponent >= -22 && exponent <= 22)
    {
      value = (double) mantissa;
      value = exponent < 0 ? value / tens[-exponent] : value * tens[exponent];
      return negative ? -value : value;
    }
#endif
  if (!cut && exponent >= -400 && exponent <= 400 &&
      decimal_to_double (mantissa, (gint) exponent, &value))
    return negative ? -value : value;

  {
    char small[64];
    g_autofree char *large = NULL;
    char *copy = small;

    if (length >= sizeof small)
      copy = large = g_malloc (length + 1);
    memcpy (copy, text, length);
    copy[length] = '\0';
    return g_ascii_strtod (copy, NULL);
  }
}

void
_beaver_json_append_double (GString *out, double value)
{
  char buffer[BEAVER_JSON_DOUBLE_SIZE];

  /* what no JSON text can hold is written as Python writes it */
  if (isnan (value))
    g_string_append (out, "NaN");
  else if (isinf (value))
    g_string_append (out, value < 0 ? "-Infinity" : "Infinity");
  else
    g_string_append_len (out, buffer, (gssize) _beaver_json_format_double (buffer, value));
}

char *
_beaver_json_from_double (double value)
{
  GString *out = g_string_sized_new (BEAVER_JSON_DOUBLE_SIZE);

  _beaver_json_append_double (out, value);
  return g_string_free (out, FALSE);
}
