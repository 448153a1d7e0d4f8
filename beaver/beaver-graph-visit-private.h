/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/beaver-graph-visit.h>

G_BEGIN_DECLS

/* Takes path, whose last element is the node. */
BeaverGraphVisit *_beaver_graph_visit_new_take (char **path);

G_END_DECLS
