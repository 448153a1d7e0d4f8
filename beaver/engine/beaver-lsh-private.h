/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/beaver-error.h>

G_BEGIN_DECLS

/* The hash by hyperplanes of a collection of vectors (spec, section 13.2), kept valid so that
 * Python's searches find what we write. */
typedef struct _BeaverLsh BeaverLsh;

#define BEAVER_LSH_BUCKET_SIZE 8

/* New orthonormal hyperplanes, min (16, dimension) of them; the same ones for the same seed. */
BeaverLsh *_beaver_lsh_new (gsize dimension, guint32 seed);
/* Those of the file; never replace them. BEAVER_ERROR_CORRUPT when the blob does not fit the
 * dimension. */
BeaverLsh *
_beaver_lsh_new_from_data (gconstpointer blob, gsize size, gsize dimension, GError **error);
void _beaver_lsh_free (BeaverLsh *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeaverLsh, _beaver_lsh_free)

GBytes *_beaver_lsh_to_bytes (const BeaverLsh *self);
guint _beaver_lsh_bits (const BeaverLsh *self);
gsize _beaver_lsh_dimension (const BeaverLsh *self);

/* vector: dimension floats, native order, any address. */
guint64 _beaver_lsh_hash (const BeaverLsh *self, gconstpointer vector);
/* The buckets to look into: number 0 is the hash, 1 to bits have one other bit. */
guint64 _beaver_lsh_probe (const BeaverLsh *self, guint64 hash, guint number);

/* A bucket_id as Python writes it: a BLOB of 8 bytes, little-endian. */
void _beaver_lsh_bucket (guint64 hash, guint8 *bucket);
/* Reads one of 8 bytes, or of 4 (numpy before 2 on Windows). */
gboolean _beaver_lsh_bucket_read (gconstpointer blob, gsize size, guint64 *hash);

G_END_DECLS
