/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/beaver-cursor.h>
#include <beaver/beaver-manager-private.h>

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

/* state_free runs with the last reference, in the thread that drops it, never on a worker. */
BeaverCursor *_beaver_cursor_new (BeaverManagerCore *core,
                                  BeaverCursorPage page,
                                  gpointer state,
                                  GDestroyNotify state_free);

G_END_DECLS
