/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "beaver-test.h"

G_GNUC_UNUSED static BeaverChannel *
get_channel (Fixture *f, const char *name)
{
  g_autoptr (GError) error = NULL;
  BeaverChannel *channel = beaver_db_get_channel (f->db, name, &error);

  g_assert_no_error (error);
  g_assert_nonnull (channel);
  return channel;
}

G_GNUC_UNUSED static void
publish (BeaverChannel *channel, const char *json)
{
  g_autoptr (GError) error = NULL;

  beaver_channel_publish (channel, json, NULL, &error);
  g_assert_no_error (error);
}

G_GNUC_UNUSED static void
publish_number (BeaverChannel *channel, guint number)
{
  g_autofree char *json = g_strdup_printf ("%u", number);

  publish (channel, json);
}

G_GNUC_UNUSED static BeaverSubscription *
subscribe (BeaverChannel *channel)
{
  g_autoptr (GError) error = NULL;
  BeaverSubscription *subscription = beaver_channel_subscribe (channel, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (subscription);
  return subscription;
}

G_GNUC_UNUSED static BeaverMessage *
next (BeaverSubscription *subscription)
{
  g_autoptr (GError) error = NULL;
  BeaverMessage *message =
      beaver_subscription_next (subscription, BEAVER_TEST_DEADLINE, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (message);
  return message;
}

G_GNUC_UNUSED static void
assert_next (BeaverSubscription *subscription, const char *json)
{
  g_autoptr (BeaverMessage) message = next (subscription);

  g_assert_cmpstr (beaver_message_get_json (message), ==, json);
}

G_GNUC_UNUSED static void
assert_next_number (BeaverSubscription *subscription, guint number)
{
  g_autofree char *json = g_strdup_printf ("%u", number);

  assert_next (subscription, json);
}

G_GNUC_UNUSED static void
assert_nothing (BeaverSubscription *subscription)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverMessage) message = beaver_subscription_next (subscription, 0, NULL, &error);

  g_assert_null (message);
  g_assert_error (error, BEAVER_ERROR, BEAVER_ERROR_TIMEOUT);
}

G_GNUC_UNUSED static gint64
count (BeaverChannel *channel)
{
  g_autoptr (GError) error = NULL;
  gint64 n = beaver_manager_count (BEAVER_MANAGER (channel), NULL, &error);

  g_assert_no_error (error);
  return n;
}

/* Runs SQL with another program's plain SQLite, in a process of its own. */
G_GNUC_UNUSED static void
foreign_sql (Fixture *f, const char *sql)
{
  g_autoptr (GSubprocess) process = beaver_test_spawn_python ("run_sql.py", f->path, sql, NULL);

  beaver_test_join (process);
}
