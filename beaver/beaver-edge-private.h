/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/beaver-edge.h>

G_BEGIN_DECLS

/* Copies. */
BeaverEdge *
_beaver_edge_new (const char *source, const char *target, const char *label, const char *metadata);

G_END_DECLS
