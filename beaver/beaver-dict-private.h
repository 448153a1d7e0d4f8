/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <math.h>

#include <beaver/beaver-cursor-private.h>
#include <beaver/beaver-dict.h>
#include <beaver/beaver-manager-private.h>
#include <beaver/engine/beaver-cache-private.h>

G_BEGIN_DECLS

/* How the values of an encrypted dict get into the file and out of it; a dict without a secret has
 * none. Works call these, so they see plain data only. */
typedef struct
{
  gpointer state;
  GDestroyNotify state_free;
  /* Before the first use in a work: checks the secret against the metadata row, which a write
   * creates when there is none. */
  gboolean (*begin) (BeaverConnection *connection,
                     gpointer state,
                     const char *dict_name,
                     gboolean writing,
                     GError **error);
  char *(*encode) (gpointer state, const char *json, GError **error);
  char *(*decode) (gpointer state, const char *stored, GError **error);
} BeaverDictCodec;

/* What a dict's works share. */
typedef struct
{
  gatomicrefcount ref_count;
  BeaverManagerCore *core;
  BeaverDictCodec *codec; /* atomic, set once, inside a write unit; NULL: values are plain JSON */
  guint32 space;          /* constant: of the cache */
  gboolean is_security;   /* constant: the dict whose rows say which dicts are encrypted */
  guint64 plain_epoch;    /* atomic: the epoch at which the dict was seen not to be encrypted */

  /* Expired rows are swept by later writes, a portion each (see beaver-dict-sweep.c). */
  GMutex lock;
  double sweep_due;        /* (lock) wall clock: no round begins before */
  double sweep_next;       /* (lock) earliest expiry that the running round has met and left */
  gint64 sweep_not_before; /* (lock) monotonic: the last portion is paid off */
  char *sweep_key;         /* (lock) where the running round stands; NULL: none runs */
} BeaverDictShared;

BeaverDictShared *_beaver_dict_shared_new (BeaverManagerCore *core);
BeaverDictShared *_beaver_dict_shared_ref (BeaverDictShared *self);
void _beaver_dict_shared_unref (BeaverDictShared *self);

BeaverDictShared *_beaver_dict_get_shared (BeaverDict *self);

/* One entry of a batch. */
typedef struct
{
  char *key;
  char *value; /* normal form; NULL removes */
  double ttl;  /* seconds; INFINITY: for ever */
} BeaverDictChange;

void _beaver_dict_change_clear (gpointer change);

/* The data of every work on a dict: arguments, then results, which a work writes afresh each time
 * it runs. */
typedef struct
{
  BeaverDictShared *shared;

  char *key;
  char *value;    /* normal form; compare-and-set: NULL removes */
  char *expected; /* normal form; NULL: absent */
  char **keys;
  GArray *changes; /* (element-type BeaverDictChange) */
  double ttl;      /* seconds; INFINITY: for ever */
  gint64 amount;
  double real_amount;
  GType type; /* of the object to make */

  gboolean found;
  char *result;
  double expires_at; /* INFINITY: never */
  gint64 number;
  double real;
  GPtrArray *results; /* keys: char *, terminated by NULL; entries: BeaverEntry */
} BeaverDictOp;

/* NULL with an error when the dict is closed, which comes before any other complaint. */
BeaverDictOp *_beaver_dict_op_new (BeaverDict *self, GError **error);
void _beaver_dict_op_free (gpointer op);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeaverDictOp, _beaver_dict_op_free)

gboolean _beaver_dict_op_set_key (BeaverDictOp *op, const char *key, GError **error);
gboolean _beaver_dict_op_set_value (BeaverDictOp *op, const char *json, GError **error);
gboolean _beaver_dict_op_set_expected (BeaverDictOp *op, const char *json, GError **error);
gboolean _beaver_dict_op_set_ttl (BeaverDictOp *op, double ttl, GError **error);
gboolean _beaver_dict_check_ttl (double ttl, GError **error);
gboolean _beaver_dict_op_add_change (BeaverDictOp *op,
                                     const char *key,
                                     const char *json,
                                     double ttl,
                                     GError **error);
gboolean _beaver_dict_op_add_removal (BeaverDictOp *op, const char *key, GError **error);
gboolean _beaver_dict_op_add_object (BeaverDictOp *op, const char *json, GError **error);
BeaverDictOp *_beaver_dict_new_key_op (BeaverDict *self, const char *key, GError **error);
BeaverDictOp *_beaver_dict_new_value_op (BeaverDict *self,
                                         const char *key,
                                         const char *json,
                                         double ttl,
                                         GError **error);
void _beaver_dict_set_not_found (BeaverDictOp *op, GError **error);
gboolean _beaver_dict_must_exist (BeaverDictOp *op, GError **error);
void _beaver_dict_prefix_key (BeaverDictOp *op, GError **error);

/* An op on the stack whose result may be left over. */
typedef BeaverDictOp BeaverDictReading;

static inline void
_beaver_dict_reading_clear (BeaverDictReading *self)
{
  g_clear_pointer (&self->result, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (BeaverDictReading, _beaver_dict_reading_clear)

/* Reads one key into op, which lies on the caller's stack and borrows key: out of the cache, or the
 * file. */
gboolean _beaver_dict_read (BeaverDict *self,
                            BeaverDictOp *op,
                            const char *key,
                            GCancellable *cancellable,
                            GError **error);
/* What the cache knows of the key; FALSE: ask the file. */
gboolean _beaver_dict_read_cached (BeaverDict *self,
                                   BeaverDictOp *op,
                                   const char *key,
                                   gboolean with_value,
                                   GCancellable *cancellable);
gboolean _beaver_dict_write (BeaverDict *self,
                             const char *key,
                             const char *json,
                             double ttl,
                             GCancellable *cancellable,
                             GError **error);

/* The two ways to run an op. start takes op, which is NULL when error says why. */
gboolean _beaver_dict_run (BeaverDict *self,
                           BeaverAccess access,
                           BeaverWork work,
                           BeaverDictOp *op,
                           GCancellable *cancellable,
                           GError **error);
void _beaver_dict_start (gpointer source, /* of the task: the dict, or its batch */
                         BeaverDict *self,
                         gpointer source_tag,
                         BeaverAccess access,
                         BeaverWork work,
                         BeaverDictOp *op,
                         GError *error,
                         BeaverFinish finish,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data);
/* Turn the results of a work into what the caller gets; the second of each is the end of a task. */
void _beaver_dict_finish_true (GTask *task, gpointer op);
char *_beaver_dict_take_value (BeaverDictOp *op, GError **error);
void _beaver_dict_finish_value (GTask *task, gpointer op);
char *_beaver_dict_take_value_or_null (BeaverDictOp *op, GError **error);
void _beaver_dict_finish_value_or_null (GTask *task, gpointer op);
BeaverEntry *_beaver_dict_take_entry (BeaverDictOp *op, GError **error);
void _beaver_dict_finish_entry (GTask *task, gpointer op);
GPtrArray *_beaver_dict_take_results (BeaverDictOp *op, GError **error);
void _beaver_dict_finish_results (GTask *task, gpointer op);
char **_beaver_dict_take_strv (BeaverDictOp *op, GError **error);
void _beaver_dict_finish_strv (GTask *task, gpointer op);
gboolean _beaver_dict_take_found (BeaverDictOp *op, GError **error);
void _beaver_dict_finish_found (GTask *task, gpointer op);
gboolean _beaver_dict_take_must_exist (BeaverDictOp *op, GError **error);
void _beaver_dict_finish_must_exist (GTask *task, gpointer op);
gint64 _beaver_dict_take_number (BeaverDictOp *op, GError **error);
void _beaver_dict_finish_number (GTask *task, gpointer op);
double _beaver_dict_take_real (BeaverDictOp *op, GError **error);
void _beaver_dict_finish_real (GTask *task, gpointer op);
double _beaver_dict_take_ttl (BeaverDictOp *op, GError **error);
void _beaver_dict_finish_ttl (GTask *task, gpointer op);
void _beaver_dict_return_double (GTask *task, double value);
double _beaver_dict_propagate_double (GTask *task, GError **error);

/* Works over BeaverDictOp; POINT or SCAN those that read, WRITE the others. */
gboolean _beaver_dict_lookup_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_dict_contains_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_dict_lookup_many_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_dict_list_keys_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_dict_set_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_dict_remove_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_dict_pop_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_dict_compare_and_set_work (BeaverConnection *connection,
                                            gpointer op,
                                            GError **error);
gboolean _beaver_dict_get_or_set_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_dict_increment_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_dict_increment_double_work (BeaverConnection *connection,
                                             gpointer op,
                                             GError **error);
gboolean _beaver_dict_set_ttl_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_dict_changes_work (BeaverConnection *connection, gpointer op, GError **error);

/* The data of a dict's count and clear are those of every manager. */
gboolean _beaver_dict_count_work (BeaverConnection *connection, gpointer op, GError **error);
gboolean _beaver_dict_clear_work (BeaverConnection *connection, gpointer op, GError **error);

/* The rule of Python, strictly: at the very stamp the entry still lives. */
static inline gboolean
_beaver_dict_is_expired (double expires_at, double now)
{
  return now > expires_at;
}

static inline double
_beaver_dict_wall_clock (void)
{
  return (double) g_get_real_time () / G_USEC_PER_SEC;
}

static inline double
_beaver_dict_column_expiry (BeaverStatement *statement, int column)
{
  return _beaver_statement_is_null (statement, column) ?
             (double) INFINITY :
             _beaver_statement_double (statement, column);
}

/* Sweeping: an entry with this expiry was written or seen; a portion beside a write. */
void _beaver_dict_sweep_expect (BeaverDictShared *shared, double expires_at);
gboolean _beaver_dict_sweep_is_due (BeaverDictShared *shared);
gboolean _beaver_dict_sweep (BeaverConnection *connection,
                             BeaverDictShared *shared,
                             GError **error);

/* Before values are read or written: sets an error when the dict is encrypted and was opened without
 * its secret. In a transaction the answer holds until the work is through. */
gboolean _beaver_dict_check_sealed (BeaverConnection *connection,
                                    BeaverDictShared *shared,
                                    gboolean writing,
                                    GError **error);
/* What is stored, as JSON text. */
char *_beaver_dict_decode (BeaverDictShared *shared,
                           const char *key,
                           const char *stored,
                           gsize length,
                           GError **error);
void _beaver_dict_set_damaged (const char *key, const char *reason, GError **error);

/* Cursors over keys (entries without value) and over items, and their state. prefix NULL: all. */
extern const BeaverCursorKind _beaver_dict_keys_kind;
extern const BeaverCursorKind _beaver_dict_items_kind;
gpointer _beaver_dict_cursor_state_new (BeaverDictShared *shared, const char *prefix);
void _beaver_dict_cursor_state_free (gpointer state);
/* A page of items for who goes over all of them in one unit. */
gboolean _beaver_dict_read_entries (BeaverConnection *connection,
                                    gpointer state,
                                    GPtrArray *entries,
                                    gboolean *at_end,
                                    GError **error);

G_END_DECLS
