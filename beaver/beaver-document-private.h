/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/beaver-document.h>

G_BEGIN_DECLS

/* Takes both. */
BeaverDocument *_beaver_document_new_take (char *id, char *body);

G_END_DECLS
