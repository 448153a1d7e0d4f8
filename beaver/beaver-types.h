/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <beaver/beaver-version-macros.h>

G_BEGIN_DECLS

/* Every public type once, so that no header needs another one's. One line a type, sorted. */
typedef struct _BeaverBlobInputStream BeaverBlobInputStream;
typedef struct _BeaverBlobOutputStream BeaverBlobOutputStream;
typedef struct _BeaverBlobs BeaverBlobs;
typedef struct _BeaverBlobsBatch BeaverBlobsBatch;
typedef struct _BeaverChannel BeaverChannel;
typedef struct _BeaverCheckFinding BeaverCheckFinding;
typedef struct _BeaverCloseReport BeaverCloseReport;
typedef struct _BeaverConsumer BeaverConsumer;
typedef struct _BeaverConsumerInfo BeaverConsumerInfo;
typedef struct _BeaverCursor BeaverCursor;
typedef struct _BeaverDb BeaverDb;
typedef struct _BeaverDict BeaverDict;
typedef struct _BeaverDictBatch BeaverDictBatch;
typedef struct _BeaverDocument BeaverDocument;
typedef struct _BeaverDocuments BeaverDocuments;
typedef struct _BeaverDocumentsBatch BeaverDocumentsBatch;
typedef struct _BeaverEdge BeaverEdge;
typedef struct _BeaverEntry BeaverEntry;
typedef struct _BeaverEvent BeaverEvent;
typedef struct _BeaverEventHandler BeaverEventHandler;
typedef struct _BeaverFieldIndexInfo BeaverFieldIndexInfo;
typedef struct _BeaverGraph BeaverGraph;
typedef struct _BeaverGraphVisit BeaverGraphVisit;
typedef struct _BeaverHit BeaverHit;
typedef struct _BeaverJob BeaverJob;
typedef struct _BeaverList BeaverList;
typedef struct _BeaverListBatch BeaverListBatch;
typedef struct _BeaverListItem BeaverListItem;
typedef struct _BeaverLiveIterator BeaverLiveIterator;
typedef struct _BeaverLiveWindow BeaverLiveWindow;
typedef struct _BeaverLock BeaverLock;
typedef struct _BeaverLockGuard BeaverLockGuard;
typedef struct _BeaverLockInfo BeaverLockInfo;
typedef struct _BeaverLog BeaverLog;
typedef struct _BeaverLogEntry BeaverLogEntry;
typedef struct _BeaverManager BeaverManager;
typedef struct _BeaverMessage BeaverMessage;
typedef struct _BeaverMigrateReport BeaverMigrateReport;
typedef struct _BeaverQuery BeaverQuery;
typedef struct _BeaverQueryPlan BeaverQueryPlan;
typedef struct _BeaverQueue BeaverQueue;
typedef struct _BeaverQueueItem BeaverQueueItem;
typedef struct _BeaverRankFusion BeaverRankFusion;
typedef struct _BeaverSecret BeaverSecret;
typedef struct _BeaverSketch BeaverSketch;
typedef struct _BeaverStats BeaverStats;
typedef struct _BeaverSubscription BeaverSubscription;
typedef struct _BeaverTransaction BeaverTransaction;
typedef struct _BeaverVectorHit BeaverVectorHit;
typedef struct _BeaverVectorQuery BeaverVectorQuery;
typedef struct _BeaverVectors BeaverVectors;

/**
 * BeaverProgressFunc:
 * @done: how much is done
 * @total: how much there is in all, as far as known; 0 when it is not
 * @user_data: what was given along
 *
 * Told how far a long call is. A synchronous call calls it in its own thread, between two steps; an
 * asynchronous one in the main context that its callback comes in.
 *
 * Since: 1.0
 */
typedef void (*BeaverProgressFunc) (gint64 done, gint64 total, gpointer user_data);

/*< private >
 * Declares a type whose structures stay inside the library: outside code can
 * hold one and call it, but has nothing to derive from. */
#define BEAVER_DECLARE_INTERNAL_TYPE(Type, type, TYPE)                            \
  GType type##_get_type (void);                                                   \
  typedef struct _##Type##Class Type##Class;                                      \
  G_DEFINE_AUTOPTR_CLEANUP_FUNC (Type, g_object_unref)                            \
  G_GNUC_UNUSED static inline Type *BEAVER_##TYPE (gpointer instance)             \
  {                                                                               \
    return G_TYPE_CHECK_INSTANCE_CAST (instance, type##_get_type (), Type);       \
  }                                                                               \
  G_GNUC_UNUSED static inline gboolean BEAVER_IS_##TYPE (gpointer instance)       \
  {                                                                               \
    return G_TYPE_CHECK_INSTANCE_TYPE (instance, type##_get_type ());             \
  }

G_END_DECLS
