/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-types.h>

G_BEGIN_DECLS

#define BEAVER_TYPE_CURSOR (beaver_cursor_get_type ())

BEAVER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (BeaverCursor, beaver_cursor, BEAVER, CURSOR, GObject)

BEAVER_AVAILABLE_IN_1_0
gpointer beaver_cursor_next (BeaverCursor *self, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_cursor_next_async (BeaverCursor *self,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
gpointer beaver_cursor_next_finish (BeaverCursor *self, GAsyncResult *result, GError **error);

BEAVER_AVAILABLE_IN_1_0
GPtrArray *beaver_cursor_next_page (BeaverCursor *self, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_cursor_next_page_async (BeaverCursor *self,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
GPtrArray *beaver_cursor_next_page_finish (BeaverCursor *self,
                                           GAsyncResult *result,
                                           GError **error);

BEAVER_AVAILABLE_IN_1_0
const char *beaver_cursor_next_json (BeaverCursor *self, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_cursor_next_json_async (BeaverCursor *self,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
const char *beaver_cursor_next_json_finish (BeaverCursor *self,
                                            GAsyncResult *result,
                                            GError **error);

BEAVER_AVAILABLE_IN_1_0
char **beaver_cursor_next_json_page (BeaverCursor *self, GCancellable *cancellable, GError **error);
BEAVER_AVAILABLE_IN_1_0
void beaver_cursor_next_json_page_async (BeaverCursor *self,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);
BEAVER_AVAILABLE_IN_1_0
char **beaver_cursor_next_json_page_finish (BeaverCursor *self,
                                            GAsyncResult *result,
                                            GError **error);

BEAVER_AVAILABLE_IN_1_0
void beaver_cursor_close (BeaverCursor *self);
BEAVER_AVAILABLE_IN_1_0
gboolean beaver_cursor_is_closed (BeaverCursor *self);

G_END_DECLS
