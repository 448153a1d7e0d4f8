/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <string.h>

#include <beaver/beaver-error.h>
#include <beaver/engine/beaver-sketch-bits-private.h>

static guint8 *
empty (const BeaverSketchShape *shape)
{
  return g_malloc0 (shape->size);
}

static gboolean
add (const BeaverSketchShape *shape, guint8 *data, const char *item)
{
  return _beaver_sketch_add (shape, data, item, strlen (item));
}

static void
init (BeaverSketchShape *shape, gint64 capacity, double error_rate)
{
  g_autoptr (GError) error = NULL;

  _beaver_sketch_shape_init (shape, capacity, error_rate, &error);
  g_assert_no_error (error);
}

static void
assert_sha256 (const BeaverSketchShape *shape, const guint8 *data, const char *expected)
{
  g_autofree char *sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, data, shape->size);

  g_assert_cmpstr (sum, ==, expected);
}

static void
test_shapes (void)
{
  static const struct
  {
    gint64 capacity;
    double error_rate;
    guint precision;
    gsize registers;
    guint64 bits;
    guint hashes;
    gsize size;
  } cases[] = {
    { 1000000, 0.01, 14, 16384, 9585059, 7, 1214517 },
    { 10000, 0.01, 14, 16384, 95851, 7, 28366 },
    { 1000, 0.01, 14, 16384, 9586, 7, 17583 },
    { 100, 0.05, 9, 512, 624, 5, 590 },
    { 1000, 0.001, 18, 262144, 14378, 10, 263942 },
    { 10, 0.5, 4, 16, 15, 1, 18 },
    { 1, 0.9, 4, 16, 1, 1, 17 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      BeaverSketchShape shape;

      init (&shape, cases[i].capacity, cases[i].error_rate);
      g_assert_cmpuint (shape.precision, ==, cases[i].precision);
      g_assert_cmpuint (shape.registers, ==, cases[i].registers);
      g_assert_cmpuint (shape.bits, ==, cases[i].bits);
      g_assert_cmpuint (shape.hashes, ==, cases[i].hashes);
      g_assert_cmpuint (shape.size, ==, cases[i].size);
    }
}

static void
test_bad_shapes (void)
{
  static const struct
  {
    gint64 capacity;
    double error_rate;
  } cases[] = {
    { 0, 0.01 },  { -1, 0.01 }, { G_MININT64, 0.01 }, { 10, 0.0 },          { 10, 1.0 },
    { 10, -0.1 }, { 10, NAN },  { 10, INFINITY },     { G_MAXINT64, 0.01 }, { 1000000000, 0.001 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      BeaverSketchShape shape;

      g_assert_false (
          _beaver_sketch_shape_init (&shape, cases[i].capacity, cases[i].error_rate, &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_INVALID);
    }
  {
    BeaverSketchShape shape;

    init (&shape, 10, 5e-324); /* many hashes, no overflow */
    g_assert_cmpuint (shape.precision, ==, 18);
    g_assert_cmpuint (shape.hashes, ==, 1074);
  }
}

static void
test_spots (void)
{
  static const struct
  {
    const char *item;
    gsize reg;
    guint8 rank;
    guint64 bits[7];
  } cases[] = {
    { "\"apple\"", 4877, 1, { 5238, 3354, 1470, 9172, 7288, 5404, 3520 } },
    { "42", 3986, 1, { 481, 5995, 1923, 7437, 3365, 8879, 4807 } },
    { "{\"a\": 1}", 11748, 2, { 7052, 1026, 4586, 8146, 2120, 5680, 9240 } },
  };
  BeaverSketchShape shape;
  g_autofree guint8 *data = NULL;

  init (&shape, 1000, 0.01);
  data = empty (&shape);
  g_assert_cmpint (_beaver_sketch_count (&shape, data), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      BeaverSketchSpot spot;

      _beaver_sketch_locate (&shape, cases[i].item, strlen (cases[i].item), &spot);
      g_assert_cmpuint (spot.reg, ==, cases[i].reg);
      g_assert_cmpuint (spot.rank, ==, cases[i].rank);
      for (guint b = 0; b < 7; b++)
        g_assert_cmpuint (_beaver_sketch_bit (&shape, &spot, b), ==, cases[i].bits[b]);
      g_assert_false (
          _beaver_sketch_contains (&shape, data, cases[i].item, strlen (cases[i].item)));
      g_assert_true (add (&shape, data, cases[i].item));
      g_assert_false (add (&shape, data, cases[i].item));
      g_assert_true (_beaver_sketch_contains (&shape, data, cases[i].item, strlen (cases[i].item)));
    }
  assert_sha256 (&shape, data, "74f1a4c2a35bc8f7fe2264a6d5784259744af0783f694f30d4d00ae72bf3ade4");
  g_assert_cmpint (_beaver_sketch_count (&shape, data), ==, 3);
}

static void
test_thousand (void)
{
  BeaverSketchShape shape;
  g_autofree guint8 *data = NULL, *even = NULL, *odd = NULL;
  guint wrong = 0;

  init (&shape, 1000, 0.01);
  data = empty (&shape);
  even = empty (&shape);
  odd = empty (&shape);
  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *item = g_strdup_printf ("\"item_%u\"", i);

      add (&shape, data, item);
      add (&shape, i % 2 == 0 ? even : odd, item);
    }
  assert_sha256 (&shape, data, "34fb299b2b20cec776572080eefae45fd398042fd0a5bdb87f104fc9accea782");
  g_assert_cmpint (_beaver_sketch_count (&shape, data), ==, 1006);
  g_assert_true (_beaver_sketch_check (&shape, data));

  /* halves, put together, are the whole */
  g_assert_true (_beaver_sketch_merge (&shape, even, odd));
  g_assert_cmpmem (even, shape.size, data, shape.size);
  g_assert_false (_beaver_sketch_merge (&shape, even, odd));
  g_assert_true (_beaver_sketch_merge (&shape, odd, even));
  g_assert_cmpmem (odd, shape.size, data, shape.size);

  for (guint i = 0; i < 10000; i++)
    {
      g_autofree char *item = g_strdup_printf ("\"item_%u\"", i);
      gboolean found = _beaver_sketch_contains (&shape, data, item, strlen (item));

      if (i < 1000)
        g_assert_true (found);
      else
        wrong += found;
    }
  g_assert_cmpuint (wrong, <, 9000 * 2 / 100);
}

static void
test_count (void)
{
  static const double rates[] = { 0.5, 0.2, 0.1, 0.05, 0.01 };

  for (guint i = 0; i < G_N_ELEMENTS (rates); i++)
    {
      BeaverSketchShape shape;
      g_autofree guint8 *data = NULL;
      double miss;

      init (&shape, 50000, rates[i]);
      data = empty (&shape);
      for (guint n = 0; n < 50000; n++)
        {
          char item[32];

          g_snprintf (item, sizeof item, "%u", n);
          add (&shape, data, item);
        }
      miss = fabs (_beaver_sketch_count (&shape, data) / 50000.0 - 1);
      g_test_message ("error rate %g: off by %.3f", rates[i], miss);
      g_assert_cmpfloat (miss, <, 3 * rates[i]);
    }
}

static void
test_damaged (void)
{
  BeaverSketchShape shape;
  g_autofree guint8 *data = NULL;

  init (&shape, 10, 0.5);
  data = empty (&shape);
  g_assert_true (_beaver_sketch_check (&shape, data));
  data[0] = 61;
  g_assert_true (_beaver_sketch_check (&shape, data));
  data[0] = 62;
  g_assert_false (_beaver_sketch_check (&shape, data));
  data[0] = 0;
  data[17] = 0x7f;
  g_assert_true (_beaver_sketch_check (&shape, data));
  data[17] = 0x80;
  g_assert_false (_beaver_sketch_check (&shape, data));
  memset (data, 0xff, shape.size);
  g_assert_cmpint (_beaver_sketch_count (&shape, data), ==, G_MAXINT64);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sketch-bits/shapes", test_shapes);
  g_test_add_func ("/sketch-bits/bad-shapes", test_bad_shapes);
  g_test_add_func ("/sketch-bits/spots", test_spots);
  g_test_add_func ("/sketch-bits/thousand-items", test_thousand);
  g_test_add_func ("/sketch-bits/count", test_count);
  g_test_add_func ("/sketch-bits/damaged", test_damaged);
  return g_test_run ();
}
