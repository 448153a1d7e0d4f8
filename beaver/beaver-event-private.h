/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/beaver-event.h>

G_BEGIN_DECLS

/* An envelope of spec 3.4 that was read; g_atomic_rc_box, immutable. */
typedef struct
{
  char *id;
  char *topic;
  char *name;
  char *payload;
  double timestamp;
} BeaverEnvelope;

/* NULL for what is no envelope. payload is brought to the normal form when it can be. */
BeaverEnvelope *_beaver_envelope_parse (const char *topic, const char *text, gsize length);
/* The text of a new envelope. event and payload have been checked. */
char *_beaver_envelope_write (const char *event, const char *payload);
BeaverEnvelope *_beaver_envelope_ref (BeaverEnvelope *self);
void _beaver_envelope_unref (BeaverEnvelope *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeaverEnvelope, _beaver_envelope_unref)

BeaverEvent *_beaver_event_new (BeaverEnvelope *envelope); /* takes a reference of its own */

G_END_DECLS
