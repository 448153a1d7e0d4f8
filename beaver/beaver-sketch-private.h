/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/beaver-manager-private.h>
#include <beaver/beaver-sketch.h>
#include <beaver/engine/beaver-sketch-bits-private.h>

G_BEGIN_DECLS

const BeaverSketchShape *_beaver_sketch_get_shape (BeaverSketch *self);

/* The data of every work on a sketch: arguments, then results. */
typedef struct
{
  BeaverManagerCore *core;
  BeaverSketchShape shape;

  GPtrArray *items; /* (element-type utf8) JSON in normal form */
  char *other;      /* merge: the name of the other sketch, or */
  GBytes *bytes;    /* its bytes; result of bytes_work */

  gboolean found;
} BeaverSketchOp;

BeaverSketchOp *_beaver_sketch_op_new (BeaverSketch *self, GError **error);
void _beaver_sketch_op_free (gpointer op);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeaverSketchOp, _beaver_sketch_op_free)
BeaverSketchOp *
_beaver_sketch_new_item_op (BeaverSketch *self, const char *item, gboolean is_text, GError **error);
BeaverSketchOp *_beaver_sketch_new_items_op (BeaverSketch *self,
                                             const char *const *items,
                                             GError **error);
BeaverSketchOp *_beaver_sketch_new_merge_op (BeaverSketch *self,
                                             BeaverSketch *other,
                                             GError **error);
BeaverSketchOp *_beaver_sketch_new_bytes_op (BeaverSketch *self, GBytes *bytes, GError **error);

/* The two ways to run an op. start takes op, which is NULL when error says why. */
gboolean _beaver_sketch_run (BeaverSketch *self,
                             BeaverAccess access,
                             BeaverWork work,
                             BeaverSketchOp *op,
                             GCancellable *cancellable,
                             GError **error);
void _beaver_sketch_start (BeaverSketch *self,
                           gpointer source_tag,
                           BeaverAccess access,
                           BeaverWork work,
                           BeaverSketchOp *op,
                           GError *error,
                           BeaverFinish finish,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
/* Turn the results of a work into what the caller gets; the second of each is the end of a task. */
gboolean _beaver_sketch_take_true (BeaverSketchOp *op, GError **error);
void _beaver_sketch_finish_true (GTask *task, gpointer op);
gboolean _beaver_sketch_take_found (BeaverSketchOp *op, GError **error);
void _beaver_sketch_finish_found (GTask *task, gpointer op);
GBytes *_beaver_sketch_take_bytes (BeaverSketchOp *op, GError **error);
void _beaver_sketch_finish_bytes (GTask *task, gpointer op);

gboolean _beaver_sketch_add_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_sketch_contains_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_sketch_merge_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_sketch_bytes_work (BeaverConnection *connection, gpointer op, GError **error);

/* The data of count and clear are those of every manager. */
gboolean _beaver_sketch_count_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_sketch_clear_work (BeaverConnection *connection, gpointer op, GError **error);

G_END_DECLS
