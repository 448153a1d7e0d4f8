/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/beaver-error.h>

G_BEGIN_DECLS

/* The texts of a document that full text search sees (spec, section 11.2). path: names of the
 * members joined by dots, without the places in arrays, empty for a text at the top. Neither is
 * terminated by NUL, both are valid during the call only. */
typedef void (*BeaverFlattenFunc) (const char *path,
                                   gsize path_length,
                                   const char *text,
                                   gsize length,
                                   gpointer user_data);

/* Calls func for each string that is more than white space, in document order. BEAVER_ERROR_INVALID
 * for what is not JSON. */
gboolean _beaver_flatten (const char *json,
                          gssize length,
                          BeaverFlattenFunc func,
                          gpointer user_data,
                          GError **error);

/* All those texts joined by one space: what trigrams are made of. */
GString *_beaver_flatten_text (const char *json, gssize length, GError **error);

G_END_DECLS
