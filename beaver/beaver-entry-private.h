/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/beaver-entry.h>

G_BEGIN_DECLS

/* Takes value, which may be NULL. expires_at: INFINITY for never. */
BeaverEntry *
_beaver_entry_new_take (const char *key, gssize key_length, char *value, double expires_at);

G_END_DECLS
