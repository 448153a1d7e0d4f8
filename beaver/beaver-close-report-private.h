/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/beaver-close-report.h>
#include <beaver/engine/beaver-engine-private.h>

G_BEGIN_DECLS

/* referenced: (element-type BeaverReferenced) */
BeaverCloseReport *_beaver_close_report_new (const BeaverEngineCloseStats *stats,
                                             GPtrArray *referenced);

G_END_DECLS
