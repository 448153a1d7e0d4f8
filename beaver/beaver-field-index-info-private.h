/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/beaver-field-index-info.h>

G_BEGIN_DECLS

/* Takes the texts. */
BeaverFieldIndexInfo *_beaver_field_index_info_new_take (char *kind,
                                                         char *name,
                                                         char *field,
                                                         gboolean complete,
                                                         gboolean used,
                                                         gint64 rows);

G_END_DECLS
