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

static GByteArray *
from_hex (const char *hex)
{
  GByteArray *bytes = g_byte_array_new ();

  for (; *hex != '\0'; hex += 2)
    {
      guint8 byte = g_ascii_xdigit_value (hex[0]) << 4 | g_ascii_xdigit_value (hex[1]);

      g_byte_array_append (bytes, &byte, 1);
    }
  return bytes;
}

/* What beaver-db 2.3.0 wrote: rows of tests/data/vectors.db, in hexadecimal digits. */
static void
test_python_rows (void)
{
  static const char tiny_planes[] = "3fb901befeef7dbffeef7dbf3fb9013e";
  static const char emb_planes[] = "3abfefbdf0679cbefd6dd73abec0b63df1591abe56da0dbfcd07f23d74ba5db"
                                   "e0312e63ef44dd93e749a2f3eb4ff803c"
                                   "5c1c63be7eedc73d9e96f23d5025cc3d61fcad3d0c4df1be37cdd23c2fafcd3"
                                   "cc6881bbbc95daebde714fa3d7661953d"
                                   "18bea3bd364d67be881810be33991b3f254793bd8cd209bfe87c443cac101ab"
                                   "c51b00c3fad26d7bdd0eed6bc6578a63e"
                                   "ff9b973e853b803e4f704d3dcd1918bf17dc9ebd07809c3d3396ef3d245ebfb"
                                   "c380346be4515e93c21bacebd6174393c"
                                   "178a963ec86701bee4a2e6bdc5f629bd3458313e71e57fbcaae080becc6ccd3"
                                   "ea008e43d7bb7e3bd5df72cbe3d5a893e"
                                   "7beda7bedb97103f86f3c93a55d78d3e2369623e056127bed1e5c03c2f5489b"
                                   "e7a7141bfe325b33e07a6423e1d6908be"
                                   "94608cbc99985fbdca961dbdb6b29dbbd7bde2bd68b2423e1a46653ecdde12b"
                                   "d4afd863e5f3aa6be316eee3e9afbb9bd"
                                   "a7ab613ec44315bdddb7483e453fc83ea950ecbc7f6991bd500fab3ebfd8beb"
                                   "e83801dbd8ae067bcc050473efc3080be"
                                   "3f29a63d699299befa518d3d1371fdbd8d7590bd09ee62bc7c742bbfe6d3dab"
                                   "d3960bc3dc6d5233e879f32be4cca7cbc"
                                   "00e5433e71ec143d8d4830beeee408bf443224be0f7f18bdb0a5de3ed9125c3"
                                   "eee65833cf349c83e1cff4e3ec5980f3d"
                                   "6f3d123f8dd91dbd9146e4bd60b81d3e5e52583ec715ff3def98aebe8803303"
                                   "de038acbe077f60becea2c03ef6ce193e"
                                   "cc9a89bd111aba3d16c7f6bd542d29bd6d5f18bf4d8b933e7743573e5cf1563"
                                   "e99f4c83cfbcc833e54ccaebd60845b3e"
                                   "31004c3d6db741bd6ba679bb163b35bf135b1d3e6dda8f3d9276e9bd00a034b"
                                   "ef7cd093ec8e6bbbca076dc3e69c2b93d"
                                   "50330c3ec13ac4bd73247bbeeb2ab23e299c6d3ea803a9bd94c5813d2f3d52b"
                                   "e353db63d281bbfbeffe6cb3e311d09be"
                                   "64c856be793d063d0109d8beb3a50ebb7035f93eac35943ee79c22be89509f3"
                                   "c03c1cdbd9f83c1bca2ce813e0e9969be"
                                   "c970493b887788bcf3929a3ca1a82cbda5c3c3bd906ea03d431ceabe32e1b0b"
                                   "eeb7911bfefa55dbe9b96bebe158c0b3e"
                                   "10cc95be0b630d3e83da8a3effd52bbe83a62e3ed23e26be1b96093c9e9dcfb"
                                   "e00766b3c275704bfd14b323cb57d3d3e"
                                   "21ab7abe88198c3e3557623ede1198be3d2a6a3e389b163e60eee13eb0d2113"
                                   "ec6fd11be737f39befd45c6beb67cf6bd"
                                   "78409f3d162832be22941bbe312de1bd7ebb553e6deb43be25e2ae3e42f2f23"
                                   "e84caa43d065476bd69418dbd0bbe883e"
                                   "28c3b4bedf4ba1beb2006abdf0f9053d819389bd813efdbe30699b3ec9071fb"
                                   "e2222c3bb0b608b3d78aa0fbf3a26c53c"
                                   "c15eaebe358713bf7c1f9bbecbb78a3dd5e7203ed45a3e3e95a81ebda92809b"
                                   "e5fb5063ddd2593be70db12be9822c8be"
                                   "a94d1b3eb79e963dbf62313ec1b37d3e";
  static const struct
  {
    const char *planes, *vector, *bucket;
  } rows[] = {
    { tiny_planes, "000080bf00000000", "0300000000000000" },
    { tiny_planes, "0000803f00000000", "0000000000000000" },
    { tiny_planes, "0000803f0000803f", "0000000000000000" },
    { tiny_planes, "000000000000803f", "0100000000000000" },
    { emb_planes,
      "60a13c3f9c8dc93f2f91febc5cf62ebf983d8c3fd4809ebee6ca393ffb47c63fe94c213f9f83963d23763b3fd27f"
      "24bf"
      "0f5e36beb0ee12bfc34751bee315f9be",
      "5014000000000000" },
    { emb_planes,
      "e33b3ebeabd5c2bee839b63d4a66823dcfba973e018eb33f98ffc5bfd4d6a53fc8f172be85bd9dbfcf8e30bec215"
      "bc3d"
      "c1a5883fa3e387bf87905e3e5a4bf13d",
      "4557000000000000" },
    { emb_planes,
      "f290d7bfd4c697bf49a0193fb210323f1c3a8b3f8aa8083f3b59ca3ef9a1fb3dd8c39a3f2ed357bf8d4c11be234d"
      "c53e"
      "55ebc9bf00cda73f33f94abf5bf192bd",
      "9bf5000000000000" },
    { emb_planes,
      "f4060a40005654bfed8407bfe8e5c73fcb438abfa836ddbe151e043f4129e93ed2fb173f02b3bd3e5935ac3f640a"
      "823f"
      "2b64183f16cc2ebfddab36bfd542f4bf",
      "02ef000000000000" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GByteArray) planes = from_hex (rows[i].planes);
      g_autoptr (GByteArray) vector = from_hex (rows[i].vector);
      g_autoptr (GByteArray) expected = from_hex (rows[i].bucket);
      g_autoptr (BeaverLsh) lsh =
          _beaver_lsh_new_from_data (planes->data, planes->len, vector->len / 4, &error);
      guint8 bucket[BEAVER_LSH_BUCKET_SIZE];

      g_assert_no_error (error);
      /* the vector is as in the file; hashing takes native floats */
      for (guint n = 0; n < vector->len; n += 4)
        {
          guint32 bits;

          memcpy (&bits, vector->data + n, 4);
          bits = GUINT32_FROM_LE (bits);
          memcpy (vector->data + n, &bits, 4);
        }
      _beaver_lsh_bucket (_beaver_lsh_hash (lsh, vector->data), bucket);
      g_assert_cmpmem (bucket, sizeof bucket, expected->data, expected->len);
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
  g_test_add_func ("/lsh/T1-python-rows", test_python_rows);
  g_test_add_func ("/lsh/probes", test_probes);
  g_test_add_func ("/lsh/bucket", test_bucket);
  g_test_add_func ("/lsh/damaged", test_damaged);
  return g_test_run ();
}
