/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/beaver-feed-private.h>
#include <beaver/beaver-message.h>

G_BEGIN_DECLS

BeaverMessage *_beaver_message_new (BeaverFeedRow *row); /* takes a reference of its own */

G_END_DECLS
