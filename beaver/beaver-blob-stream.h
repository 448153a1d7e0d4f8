/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <beaver/beaver-types.h>

G_BEGIN_DECLS

#define BEAVER_TYPE_BLOB_INPUT_STREAM (beaver_blob_input_stream_get_type ())

BEAVER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (BeaverBlobInputStream,
                      beaver_blob_input_stream,
                      BEAVER,
                      BLOB_INPUT_STREAM,
                      GInputStream)

BEAVER_AVAILABLE_IN_1_0
gint64 beaver_blob_input_stream_get_size (BeaverBlobInputStream *self);

#define BEAVER_TYPE_BLOB_OUTPUT_STREAM (beaver_blob_output_stream_get_type ())

BEAVER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (BeaverBlobOutputStream,
                      beaver_blob_output_stream,
                      BEAVER,
                      BLOB_OUTPUT_STREAM,
                      GOutputStream)

BEAVER_AVAILABLE_IN_1_0
void beaver_blob_output_stream_abandon (BeaverBlobOutputStream *self);

G_END_DECLS
