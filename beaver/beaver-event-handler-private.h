/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/beaver-event-handler.h>
#include <beaver/beaver-events-private.h>

G_BEGIN_DECLS

BeaverEventHandler *_beaver_event_handler_new (BeaverEventRegistration *registration); /* takes it */

G_END_DECLS
