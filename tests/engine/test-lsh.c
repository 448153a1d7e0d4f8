/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <string.h>

#include <beaver/engine/beaver-lsh-private.h>

static void
test_planes (void)
{
  static const struct
  {
    gsize dimension, size;
  } cases[] = { { 1, 4 }, { 2, 16 }, { 4, 64 }, { 16, 1024 }, { 32, 2048 }, { 768, 49152 } };

  for (guint c = 0; c < G_N_ELEMENTS (cases); c++)
    {
      g_autoptr (BeaverLsh) lsh = _beaver_lsh_new (cases[c].dimension, 42);
      g_autoptr (BeaverLsh) same = _beaver_lsh_new (cases[c].dimension, 42);
      g_autoptr (BeaverLsh) other = _beaver_lsh_new (cases[c].dimension, 43);
      g_autoptr (GBytes) bytes = _beaver_lsh_to_bytes (lsh);
      g_autoptr (GBytes) same_bytes = _beaver_lsh_to_bytes (same);
      g_autoptr (GBytes) other_bytes = _beaver_lsh_to_bytes (other);
      gsize size, dimension = _beaver_lsh_dimension (lsh);
      const guint8 *data = g_bytes_get_data (bytes, &size);
      g_autofree float *planes = g_malloc (size);
      guint bits = _beaver_lsh_bits (lsh);

      g_assert_cmpuint (size, ==, cases[c].size);
      g_assert_cmpuint (bits, ==, MIN (16, cases[c].dimension));
      g_assert_true (g_bytes_equal (bytes, same_bytes));
      if (dimension > 1)
        g_assert_false (g_bytes_equal (bytes, other_bytes));
      for (gsize i = 0; i < size / 4; i++)
        {
          guint32 word = data[4 * i] | data[4 * i + 1] << 8 | data[4 * i + 2] << 16 |
                         (guint32) data[4 * i + 3] << 24;

          memcpy (&planes[i], &word, 4);
        }
      for (guint i = 0; i < bits; i++)
        for (guint j = 0; j <= i; j++)
          {
            double dot = 0;

            for (gsize n = 0; n < dimension; n++)
              dot += (double) planes[i * dimension + n] * planes[j * dimension + n];
            g_assert_cmpfloat_with_epsilon (dot, i == j ? 1 : 0, 1e-5);
          }
    }
}

/* Planes along the axes: the bits of the hash are the signs, the first one on the left. A vector
 * whose norm is beyond float32 falls into bucket 0, as it does in Python. */
static void
test_hash (void)
{
  static const float planes[] = { 1, 0, 0, 0, 1, 0, 0, 0, 1 };
  static const struct
  {
    float vector[3];
    guint64 hash;
  } cases[] = {
    { { 1, 1, 1 }, 7 },       { { 1, -1, -1 }, 4 },    { { -1, 5, -1 }, 2 },
    { { -1, -1, 0.1f }, 1 },  { { -1, 2, 3 }, 3 },     { { 0, 0, 0 }, 0 },
    { { 0, 1e-20f, -1 }, 2 }, { { 3e30f, -1, 1 }, 0 }, { { -1, -1, -1 }, 0 },
    { { 1e-30f, 0, 0 }, 4 },
  };
  g_autoptr (GError) error = NULL;
  guint8 unaligned[sizeof planes + 1];
  g_autoptr (BeaverLsh) lsh = NULL;
  g_autoptr (GBytes) bytes = NULL;

  memcpy (unaligned + 1, planes, sizeof planes);
  lsh = _beaver_lsh_new_from_data (unaligned + 1, sizeof planes, 3, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (_beaver_lsh_bits (lsh), ==, 3);
  bytes = _beaver_lsh_to_bytes (lsh);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), planes, sizeof planes);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      char vector[13];

      memcpy (vector + 1, cases[i].vector, 12);
      g_assert_cmpuint (_beaver_lsh_hash (lsh, vector + 1), ==, cases[i].hash);
    }
}

static void
test_probes (void)
{
  g_autoptr (BeaverLsh) lsh = _beaver_lsh_new (100, 1);
  guint seen = 0;

  g_assert_cmpuint (_beaver_lsh_bits (lsh), ==, 16);
  for (guint i = 0; i <= 16; i++)
    {
      guint64 probe = _beaver_lsh_probe (lsh, 0xa5a5, i);
      guint64 difference = probe ^ 0xa5a5;

      g_assert_cmpuint (probe, <, 65536);
      if (i == 0)
        g_assert_cmpuint (difference, ==, 0);
      else
        g_assert_cmpuint (difference & (difference - 1), ==, 0);
      seen |= difference;
    }
  g_assert_cmpuint (seen, ==, 0xffff);
}

static void
test_bucket (void)
{
  static const guint8 three[] = { 3, 0, 0, 0, 0, 0, 0, 0 };
  guint8 bucket[BEAVER_LSH_BUCKET_SIZE];
  guint64 hash = 0;

  _beaver_lsh_bucket (3, bucket);
  g_assert_cmpmem (bucket, sizeof bucket, three, sizeof three);
  _beaver_lsh_bucket (0x0102030405060708, bucket);
  g_assert_cmpint (bucket[0], ==, 8);
  g_assert_cmpint (bucket[7], ==, 1);
  g_assert_true (_beaver_lsh_bucket_read (bucket, 8, &hash));
  g_assert_cmpuint (hash, ==, 0x0102030405060708);
  g_assert_true (_beaver_lsh_bucket_read (three, 4, &hash));
  g_assert_cmpuint (hash, ==, 3);
  g_assert_false (_beaver_lsh_bucket_read (three, 0, &hash));
  g_assert_false (_beaver_lsh_bucket_read (three, 7, &hash));
}

static void
test_damaged (void)
{
  static const struct
  {
    gsize size, dimension;
  } cases[] = { { 0, 3 }, { 4, 3 }, { 13, 3 }, { 12, 0 }, { 24, 4 }, { 64 * 12, 3 } };
  guint8 blob[64 * 12] = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (_beaver_lsh_new_from_data (blob, cases[i].size, cases[i].dimension, &error));
      g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_CORRUPT);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lsh/planes", test_planes);
  g_test_add_func ("/lsh/hash", test_hash);
  g_test_add_func ("/lsh/probes", test_probes);
  g_test_add_func ("/lsh/bucket", test_bucket);
  g_test_add_func ("/lsh/damaged", test_damaged);
  return g_test_run ();
}
