/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <beaver/beaver-field-index-private.h>

gboolean
_beaver_field_index_select (BeaverConnection *connection,
                            const char *kind,
                            const char *name,
                            GPtrArray *filters,
                            GPtrArray **keys,
                            GError **error)
{
  *keys = NULL;
  return TRUE;
}
