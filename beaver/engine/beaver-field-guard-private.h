/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/engine/beaver-connection-private.h>

G_BEGIN_DECLS

/* What makes a field index worth believing, whoever else writes the file: triggers note every item
 * that is written, or whose index rows are removed, in __beaver_x_field_dirty__, as long as
 * __beaver_x_field_trust__ names its structure. Writers that keep the index take their notes back
 * in the same transaction; what is left was written by others, and queries look at it themselves.
 *
 * trust: kind, name, field, token (of the run that builds the index), ready: 1 to be used, 0 being
 * built, -1 given up. dirty: kind, name, item_key: a text, the timestamp as a REAL for logs. */
gboolean _beaver_field_guard_install (BeaverConnection *connection, GError **error);
/* 1 or 0, -1 with error. */
int _beaver_field_guard_exists (BeaverConnection *connection, GError **error);

G_END_DECLS
