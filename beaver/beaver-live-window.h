/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-types.h>

G_BEGIN_DECLS

#define BEAVER_TYPE_LIVE_WINDOW (beaver_live_window_get_type ())

BEAVER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (BeaverLiveWindow, beaver_live_window, BEAVER, LIVE_WINDOW, GObject)

BEAVER_AVAILABLE_IN_1_0
double beaver_live_window_get_start (BeaverLiveWindow *self);
BEAVER_AVAILABLE_IN_1_0
double beaver_live_window_get_end (BeaverLiveWindow *self);
BEAVER_AVAILABLE_IN_1_0
guint beaver_live_window_get_n_entries (BeaverLiveWindow *self);
BEAVER_AVAILABLE_IN_1_0
guint beaver_live_window_get_n_late (BeaverLiveWindow *self);
BEAVER_AVAILABLE_IN_1_0
GPtrArray *beaver_live_window_get_entries (BeaverLiveWindow *self);
BEAVER_AVAILABLE_IN_1_0
char *beaver_live_window_to_json (BeaverLiveWindow *self, GError **error);

G_END_DECLS
