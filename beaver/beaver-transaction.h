/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-types.h>

G_BEGIN_DECLS

#define BEAVER_TYPE_TRANSACTION (beaver_transaction_get_type ())

BEAVER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (BeaverTransaction, beaver_transaction, BEAVER, TRANSACTION, GObject)

/**
 * BeaverTransactionFunc:
 * @db: the database
 * @user_data: (closure): what was given to [method@Beaver.Db.transact]
 * @error: return location for an error
 *
 * Does what belongs together. Everything that the calling thread does to @db meanwhile is part of
 * the transaction.
 *
 * Returns: %TRUE to commit; %FALSE, with @error set, to roll back
 *
 * Since: 1.0
 */
typedef gboolean (*BeaverTransactionFunc) (BeaverDb *db, gpointer user_data, GError **error);

BEAVER_AVAILABLE_IN_1_0
BeaverTransaction *beaver_db_begin (BeaverDb *self, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_db_begin_async (BeaverDb *self,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
BeaverTransaction *beaver_db_begin_finish (BeaverDb *self, GAsyncResult *result, GError **error);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_db_transact (BeaverDb *self,
                             BeaverTransactionFunc func,
                             gpointer user_data,
                             GCancellable *cancellable,
                             GError **error);

BEAVER_AVAILABLE_IN_1_0
gboolean beaver_transaction_commit (BeaverTransaction *self,
                                    GCancellable *cancellable,
                                    GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_transaction_commit_async (BeaverTransaction *self,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_transaction_commit_finish (BeaverTransaction *self,
                                           GAsyncResult *result,
                                           GError **error);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_transaction_rollback (BeaverTransaction *self, GError **error);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_transaction_is_open (BeaverTransaction *self);

G_END_DECLS
