/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/beaver-hit.h>

G_BEGIN_DECLS

/* Takes the texts; path and snippet may be NULL. */
BeaverHit *_beaver_hit_new_take (char *id, char *body, double score, char *path, char *snippet);

G_END_DECLS
