/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#define BEAVER_INSIDE
#include <beaver/beaver-channel.h>
#include <beaver/beaver-close-report.h>
#include <beaver/beaver-consumer.h>
#include <beaver/beaver-cursor.h>
#include <beaver/beaver-db.h>
#include <beaver/beaver-dict-batch.h>
#include <beaver/beaver-dict.h>
#include <beaver/beaver-entry.h>
#include <beaver/beaver-enum-types.h>
#include <beaver/beaver-error.h>
#include <beaver/beaver-event-handler.h>
#include <beaver/beaver-event.h>
#include <beaver/beaver-events.h>
#include <beaver/beaver-json.h>
#include <beaver/beaver-list-batch.h>
#include <beaver/beaver-list-item.h>
#include <beaver/beaver-list.h>
#include <beaver/beaver-live-iterator.h>
#include <beaver/beaver-live-window.h>
#include <beaver/beaver-lock-guard.h>
#include <beaver/beaver-lock-info.h>
#include <beaver/beaver-lock.h>
#include <beaver/beaver-log-entry.h>
#include <beaver/beaver-log.h>
#include <beaver/beaver-manager.h>
#include <beaver/beaver-message.h>
#include <beaver/beaver-sketch.h>
#include <beaver/beaver-subscription.h>
#include <beaver/beaver-transaction.h>
#include <beaver/beaver-types.h>
#include <beaver/beaver-version-macros.h>
#include <beaver/beaver-version.h>
#undef BEAVER_INSIDE
