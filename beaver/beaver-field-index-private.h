/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/beaver-manager-private.h>

G_BEGIN_DECLS

/* The field index of one structure, inside a WRITE work.
 *
 * A manifest row with complete = 1 makes every program trust the index rows: whoever writes an item
 * writes the rows of all manifest fields with it, declared by itself or not. A value that no index
 * row can hold (a list, an object) takes the claim back: complete becomes 0, and queries scan.
 *
 * Writers remember that a structure has no index (_beaver_connection_get_epoch()): who changes the
 * manifest calls _beaver_connection_end_epoch(). */
typedef struct _BeaverFieldIndex BeaverFieldIndex;

BeaverFieldIndex *_beaver_field_index_load (BeaverConnection *connection,
                                            const char *kind,
                                            const char *name,
                                            GError **error);
void _beaver_field_index_free (BeaverFieldIndex *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeaverFieldIndex, _beaver_field_index_free)

gboolean _beaver_field_index_is_empty (BeaverFieldIndex *self);

/* Replaces the rows of item_key by those of the normalised JSON text. */
gboolean _beaver_field_index_write (BeaverFieldIndex *self,
                                    BeaverConnection *connection,
                                    const char *item_key,
                                    const char *json,
                                    GError **error);
/* Removes rows whether or not the manifest names their fields. */
gboolean _beaver_field_index_remove (BeaverConnection *connection,
                                     const char *kind,
                                     const char *name,
                                     const char *item_key,
                                     GError **error);
gboolean _beaver_field_index_clear (BeaverConnection *connection,
                                    const char *kind,
                                    const char *name,
                                    GError **error);
/* Removes the rows of an item that is gone. */
gboolean _beaver_field_index_drop (BeaverFieldIndex *self,
                                   BeaverConnection *connection,
                                   const char *item_key,
                                   GError **error);
/* In a WRITE work: nobody has declared an index since the structure was seen without. */
gboolean _beaver_field_index_is_known_absent (BeaverConnection *connection,
                                              BeaverManagerCore *core);
void _beaver_field_index_remember_absent (BeaverConnection *connection, BeaverManagerCore *core);

/* Both at once for structures that are seldom indexed, at hardly any cost then: json NULL removes.
 */
gboolean _beaver_field_index_keep (BeaverConnection *connection,
                                   BeaverManagerCore *core,
                                   const char *item_key,
                                   const char *json,
                                   GError **error);
/* The entries of a log up to timestamp are gone, and their rows. */
gboolean _beaver_field_index_forget_until (BeaverConnection *connection,
                                           const char *name,
                                           double timestamp,
                                           GError **error);
/* 1 or 0, -1 with error. */
int _beaver_field_index_has_rows (BeaverConnection *connection,
                                  const char *kind,
                                  const char *name,
                                  GError **error);

/* ---- reading ---- */

/* The keys of all items for which filters (element-type BeaverFilter) may hold, sorted, and perhaps
 * of others: the caller looks at each. *keys is NULL when no index helps and everything has to be
 * looked at. */
gboolean _beaver_field_index_select (BeaverConnection *connection,
                                     const char *kind,
                                     const char *name,
                                     GPtrArray *filters,
                                     GPtrArray **keys,
                                     GError **error);

/* Which filter an index answers, by its place; -1: none, -2 with error. */
int _beaver_field_index_choose (BeaverConnection *connection,
                                const char *kind,
                                const char *name,
                                GPtrArray *filters,
                                GError **error);

G_END_DECLS
