/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/beaver-query-private.h>
#include <beaver/beaver-vectors-private.h>

G_BEGIN_DECLS

/* The half of a query that asks for vectors. Constant once it is made, so that queries share it. */
struct _BeaverQueryNear
{
  gatomicrefcount ref_count;
  BeaverVectorsOp *op; /* checked; never run itself */
  double weight;
};

/* The data of one search, which is the caller's. */
BeaverVectorsOp *_beaver_query_near_new_op (BeaverQueryNear *self,
                                            GCancellable *cancellable,
                                            GError **error);
/* INVALID when its vectors lie in another database than engine's. */
gboolean _beaver_query_near_check (BeaverQueryNear *self, BeaverEngine *engine, GError **error);

G_END_DECLS
