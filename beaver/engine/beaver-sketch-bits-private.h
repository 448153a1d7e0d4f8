/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The bytes of an approximate set (spec, section 14.1): HyperLogLog registers, one byte each, then
 * the bits of a Bloom filter. No header: what the bytes mean follows from capacity and error rate.
 * An item is its JSON text in the normal form. */

typedef struct
{
  gint64 capacity;
  double error_rate;
  guint precision; /* 2^precision registers */
  guint hashes;    /* Bloom bits for each item */
  guint64 bits;    /* of the Bloom filter */
  gsize registers;
  gsize size; /* of the whole blob, in bytes */
} BeaverSketchShape;

/* BEAVER_ERROR_INVALID for a capacity below 1, an error rate outside of 0 < e < 1 or a size beyond
 * the 10^9 bytes of SQLite's greatest blob. */
gboolean _beaver_sketch_shape_init (BeaverSketchShape *shape,
                                    gint64 capacity,
                                    double error_rate,
                                    GError **error);

/* Where an item lives. Adding it touches one byte of the registers and `hashes` bits: a writer can
 * change just those in the file. */
typedef struct
{
  gsize reg;   /* offset of its register */
  guint8 rank; /* the register holds at least this */
  guint64 h1, h2;
} BeaverSketchSpot;

void _beaver_sketch_locate (const BeaverSketchShape *shape,
                            const char *item,
                            gsize length,
                            BeaverSketchSpot *spot);
/* Bloom bit number i of an item, i < hashes: byte registers + bit / 8, mask 1 << (bit % 8). */
guint64 _beaver_sketch_bit (const BeaverSketchShape *shape, const BeaverSketchSpot *spot, guint i);

/* data: shape->size bytes. Each of them answers whether a byte changed. */
gboolean
_beaver_sketch_add (const BeaverSketchShape *shape, guint8 *data, const char *item, gsize length);
gboolean _beaver_sketch_merge (const BeaverSketchShape *shape, guint8 *data, const guint8 *other);

/* FALSE is certain, TRUE is right but for the error rate. */
gboolean _beaver_sketch_contains (const BeaverSketchShape *shape,
                                  const guint8 *data,
                                  const char *item,
                                  gsize length);
/* The estimated number of different items. O(registers). */
gint64 _beaver_sketch_count (const BeaverSketchShape *shape, const guint8 *data);

/* Whether no register holds more than a writer could have put there; a damaged blob would count
 * nonsense. */
gboolean _beaver_sketch_check (const BeaverSketchShape *shape, const guint8 *data);

G_END_DECLS
