/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Work that only one process may do at a time. Start it twice:
 *
 *     ./lock shared.db & ./lock shared.db */
#include <beaver.h>

static gboolean
work (BeaverDb *db, GError **error)
{
  BeaverLock *lock = beaver_db_get_lock (db, "example", error);
  BeaverDict *state = beaver_db_get_dict (db, "example", error);
  g_autoptr (BeaverLockGuard) guard = NULL;
  gint64 done;

  if (lock == NULL || state == NULL)
    return FALSE;

  /* Should this process be killed, the next one goes on after 5 seconds, however long the work
   * takes. */
  beaver_lock_set_auto_renew (lock, TRUE);
  if (beaver_lock_is_locked (lock, NULL, NULL))
    g_print ("waiting behind another process ...\n");
  guard = beaver_lock_hold (lock, 60.0, 5.0, NULL, error);
  if (guard == NULL)
    return FALSE;

  g_print ("it is my turn, number %" G_GINT64_FORMAT "\n", beaver_lock_guard_get_token (guard));
  done = beaver_dict_increment (state, "done", 1, NULL, error);
  if (done < 0)
    return FALSE;
  g_print ("done %" G_GINT64_FORMAT " times by now\n", done);

  /* Going out of scope would do, but only this tells whether the lock was ours all the time. */
  return beaver_lock_guard_release (guard, NULL, error);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeaverDb) db = beaver_db_open (argc > 1 ? argv[1] : "example.db", NULL, &error);

  if (db == NULL || !work (db, &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }

  return 0;
}
