/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <beaver/beaver-manager-private.h>
#include <beaver/beaver-pubsub-private.h>
#include <beaver/engine/beaver-json-private.h>

/* The envelope of spec 3.4, written compact as Python does. */
gboolean
_beaver_manager_core_emit (BeaverManagerCore *self,
                           BeaverConnection *connection,
                           const char *event,
                           const char *payload,
                           GError **error)
{
  g_autofree char *uuid = NULL;
  g_autoptr (GString) envelope = NULL;

  if (g_atomic_int_get (&self->emits) <= 0)
    return TRUE;

  uuid = g_uuid_string_random ();
  envelope = g_string_new ("{\"id\":\"");
  for (const char *p = uuid; *p != '\0'; p++)
    {
      if (*p != '-')
        g_string_append_c (envelope, *p);
    }
  g_string_append (envelope, "\",\"event\":");
  _beaver_json_append_string (envelope, event, -1);
  g_string_append (envelope, ",\"payload\":");
  g_string_append (envelope, payload);
  g_string_append (envelope, ",\"timestamp\":");
  _beaver_json_append_double (envelope, _beaver_clock_now ());
  g_string_append_c (envelope, '}');

  return _beaver_pubsub_append (connection, self->events_channel, envelope->str, NULL, NULL, error);
}
