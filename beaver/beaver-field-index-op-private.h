/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/beaver-manager-private.h>
#include <beaver/beaver-query-private.h>

G_BEGIN_DECLS

typedef enum
{
  BEAVER_FIELD_STAGE_BEGIN,
  BEAVER_FIELD_STAGE_REMOVE,
  BEAVER_FIELD_STAGE_ADD,
  BEAVER_FIELD_STAGE_DONE,
} BeaverFieldStage;

/* The data of every work on field indexes: arguments, then results. */
typedef struct
{
  BeaverManagerCore *core;
  char *field;
  BeaverQuerySpec *spec;
  GPtrArray *results;

  /* explain */
  int chosen;
  gint64 number;

  /* reindex: what a portion finds, and what it leaves for the next one */
  BeaverFieldStage stage, next_stage;
  char *token;
  GString *last, *next_last; /* NULL: from the beginning */
  double last_stamp, next_stamp;
  gint64 visited, next_visited, total;
} BeaverFieldOp;

gboolean _beaver_field_op_is_kind (BeaverFieldOp *op, const char *kind);

gboolean _beaver_field_index_add_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_field_index_remove_work (BeaverConnection *connection,
                                          gpointer op,
                                          GError **error);
gboolean _beaver_field_index_list_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_field_index_explain_work (BeaverConnection *connection,
                                           gpointer op,
                                           GError **error);
/* One portion: the caller moves what is next to what is, and runs it until the stage is DONE. */
gboolean _beaver_field_index_reindex_work (BeaverConnection *connection,
                                           gpointer op,
                                           GError **error);

G_END_DECLS
