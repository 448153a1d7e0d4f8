/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/beaver-cursor.h>
#include <beaver/beaver-manager-private.h>
#include <beaver/engine/beaver-json-private.h>

G_BEGIN_DECLS

/* Appends the next page (some hundred entries, as new GObjects) to entries, continuing behind the last key that state
 * remembers; sets *at_end when that was the last one. Runs as a SCAN work, sometimes on a worker thread. Move state along
 * with every single entry: when the page fails halfway, what has been appended is still delivered, once; with
 * BEAVER_ERROR_CORRUPT before the error, which the next page has to give again then, as its first. */
typedef gboolean (*BeaverCursorPage) (BeaverConnection *connection,
                                      gpointer state,
                                      GPtrArray *entries,
                                      gboolean *at_end,
                                      GError **error);

/* The other way: the page is JSON texts, checked when they are taken, and an object is made of one when somebody wants
 * it. What an object needs besides follows its text, as bytes (aside). When such a page fails it clears texts, or has
 * moved state along with each; then what is there is delivered, as above. */
typedef gboolean (*BeaverCursorTexts) (BeaverConnection *connection,
                                       gpointer state,
                                       BeaverTexts *texts,
                                       gboolean *at_end,
                                       GError **error);

typedef struct
{
  BeaverCursorPage page;   /* or */
  BeaverCursorTexts texts; /* with */
  /* the object for the next text of the page; passed texts before it were given to the caller as they are. In the thread
   * of the caller, while no page is on its way. */
  gpointer (*make) (gpointer state, const char *json, gint64 passed, gconstpointer aside, gsize length);
  gboolean with_asides;
  gboolean unchecked; /* with asides: the texts are given as they are, JSON or not */
  /* with asides: BEAVER_ERROR_CORRUPT for a text that is not JSON */
  void (*set_damaged) (gconstpointer aside, gsize length, const char *reason, GError **error);
  /* with page: the value of an entry, borrowed from it */
  const char *(*get_json) (gpointer entry);
} BeaverCursorKind;

BeaverCursor *_beaver_cursor_new_of (BeaverManagerCore *core,
                                     const BeaverCursorKind *kind,
                                     gpointer state,
                                     GDestroyNotify state_free);

/* Of entries that have no value. state_free runs with the last reference, in the thread that drops it, never on a worker. */
BeaverCursor *_beaver_cursor_new (BeaverManagerCore *core,
                                  BeaverCursorPage page,
                                  gpointer state,
                                  GDestroyNotify state_free);

G_END_DECLS
