/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/beaver-cursor-private.h>
#include <beaver/beaver-list-item.h>
#include <beaver/beaver-list.h>
#include <beaver/beaver-manager-private.h>

G_BEGIN_DECLS

/* Where the items of a list stand, in memory: the rowids in their order, or just how many there
 * are. What it says holds for the state of the file in which it was taken; our own writes carry it
 * along (a patch, applied when the write is committed), a commit of another process ends it. */
typedef struct
{
  GMutex lock;

  gboolean known;         /* (lock) the fields up to first_touch say something */
  guint64 generation;     /* (lock) */
  guint32 counter;        /* (lock) the state of the file, see BeaverChange */
  gint64 count;           /* (lock) -1: nobody has counted */
  gint64 *rowids;         /* (lock) (array length=count) at start; NULL: none yet */
  gint64 start, capacity; /* (lock) room in front and behind, for both kinds of pushing */
  guint accesses;         /* (lock) by index, in this state */
  gboolean touched;       /* (lock) first_touch says something */
  guint32 first_touch;    /* (lock) counter of the first write that this does not know of */

  gboolean any_touch;   /* (lock) the following two say something */
  guint32 last_touch;   /* (lock) counter of the last write of ours, committed or not */
  guint32 touch_count;  /* (lock) works that belong to it */
  gboolean last_useful; /* (lock) the last rowids were worth their making */
  guint uses;           /* (lock) of the rowids */
} BeaverListIndex;

/* What a write changes. */
typedef enum
{
  BEAVER_LIST_PATCH_NONE,
  BEAVER_LIST_PATCH_KEEP, /* an item got another value */
  BEAVER_LIST_PATCH_INSERT,
  BEAVER_LIST_PATCH_REMOVE,
  BEAVER_LIST_PATCH_DROP, /* too much to say */
} BeaverListPatchKind;

typedef struct
{
  BeaverListPatchKind kind;
  BeaverChange change;
  gint64 position; /* -1: the end */
  gint64 rowid;
} BeaverListPatch;

BeaverListIndex *_beaver_list_index_new (void);
void _beaver_list_index_free (gpointer self);
/* Answers FALSE when it does not know; *count -1 when nobody has counted. */
gboolean _beaver_list_index_get_count (BeaverListIndex *self,
                                       const BeaverChange *change,
                                       gint64 *count);
/* *rowid 0: there is no such item. index may be negative. *position is the same from the front. */
gboolean _beaver_list_index_find (BeaverListIndex *self,
                                  const BeaverChange *change,
                                  gint64 index,
                                  gint64 *rowid,
                                  gint64 *position);
/* Whether it is time to read all rowids. Counts as an access. */
gboolean _beaver_list_index_wants_rowids (BeaverListIndex *self,
                                          const BeaverChange *change,
                                          gint64 index);
/* Takes rowids, which may be NULL. */
void _beaver_list_index_set (BeaverListIndex *self,
                             const BeaverChange *change,
                             gint64 *rowids,
                             gint64 count);
void _beaver_list_index_touch (BeaverListIndex *self, const BeaverChange *change);
void _beaver_list_index_apply (BeaverListIndex *self, const BeaverListPatch *patch);

/* The data of every work on a list: arguments, then results, which a work writes afresh each time
 * it runs. */
typedef struct
{
  BeaverManagerCore *core; /* its shared data is a BeaverListIndex */

  gint64 index;
  gint64 length;           /* of a slice; < 0: up to the end */
  char *value;             /* normal form */
  GPtrArray *back, *front; /* (element-type utf8) normal forms, pushed and prepended */
  gboolean silent;         /* no event */
  gboolean first;          /* pop: the first one and not the last */
  GType type;              /* of the object to make */

  gboolean found;
  char *result;
  gint64 number;
  GPtrArray *results; /* (element-type utf8) ends with NULL */
  BeaverListPatch patch;
  BeaverFinish finish;
} BeaverListOp;

/* NULL with an error when the list is closed, which comes before any other complaint. */
BeaverListOp *_beaver_list_op_new (BeaverList *self, GError **error);
void _beaver_list_op_free (gpointer op);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeaverListOp, _beaver_list_op_free)

BeaverListOp *_beaver_list_new_index_op (BeaverList *self, gint64 index, GError **error);
BeaverListOp *
_beaver_list_new_value_op (BeaverList *self, gint64 index, const char *json, GError **error);
BeaverListOp *_beaver_list_new_many_op (BeaverList *self,
                                        const char *const *values,
                                        GError **error);
gboolean _beaver_list_op_add (BeaverListOp *op, gboolean back, const char *json, GError **error);
void _beaver_list_prefix_index (BeaverListOp *op, GError **error);
gboolean _beaver_list_must_exist (BeaverListOp *op, GError **error);
void _beaver_list_finish_must_exist (GTask *task, gpointer op);

/* The two ways to run an op. start takes op, which is NULL when error says why. */
gboolean _beaver_list_run (BeaverList *self,
                           BeaverAccess access,
                           BeaverWork work,
                           BeaverListOp *op,
                           GCancellable *cancellable,
                           GError **error);
void _beaver_list_start (gpointer source, /* of the task: the list, or its batch */
                         BeaverList *self,
                         gpointer source_tag,
                         BeaverAccess access,
                         BeaverWork work,
                         BeaverListOp *op,
                         GError *error,
                         BeaverFinish finish,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data);

/* Results for the caller of a work, and for the end of a task. */
gboolean _beaver_list_take_true (BeaverListOp *op, GError **error);
void _beaver_list_finish_true (GTask *task, gpointer op);
gboolean _beaver_list_take_found (BeaverListOp *op, GError **error);
void _beaver_list_finish_found (GTask *task, gpointer op);
char *_beaver_list_take_value (BeaverListOp *op, GError **error);
void _beaver_list_finish_value (GTask *task, gpointer op);
char *_beaver_list_take_value_or_null (BeaverListOp *op, GError **error);
void _beaver_list_finish_value_or_null (GTask *task, gpointer op);
gint64 _beaver_list_take_number (BeaverListOp *op, GError **error);
void _beaver_list_finish_number (GTask *task, gpointer op);
char **_beaver_list_take_strv (BeaverListOp *op, GError **error);
void _beaver_list_finish_strv (GTask *task, gpointer op);

/* Works over BeaverListOp; POINT or SCAN those that read, WRITE the others. */
gboolean _beaver_list_get_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_list_slice_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_list_contains_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_list_index_of_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_list_push_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_list_prepend_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_list_insert_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_list_set_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_list_remove_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_list_pop_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_list_many_work (BeaverConnection *connection, gpointer op, GError **error);

/* The data of count and clear are those of every manager. */
gboolean _beaver_list_count_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_list_clear_work (BeaverConnection *connection, gpointer op, GError **error);

/* A cursor and its state. */
gpointer _beaver_list_cursor_state_new (BeaverManagerCore *core, gboolean backward);
void _beaver_list_cursor_state_free (gpointer state);
extern const BeaverCursorKind _beaver_list_cursor_kind;

/* Takes value. */
BeaverListItem *_beaver_list_item_new_take (gint64 index, char *value);

G_END_DECLS
