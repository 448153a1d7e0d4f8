/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* [use] */
#include <beaver.h>

static gboolean
use_database (const char *path, GError **error)
{
  g_autoptr(BeaverDb) db = beaver_db_open (path, NULL, error);
  BeaverDict *settings;
  BeaverLog *log;

  if (db == NULL)
    return FALSE;

  settings = beaver_db_get_dict (db, "settings", error); /* borrowed: a child of db */
  log = beaver_db_get_log (db, "visits", error);
  if (settings == NULL || log == NULL)
    return FALSE;

  if (!beaver_dict_set_string (settings, "theme", "dark", NULL, error) ||
      beaver_dict_increment (settings, "visits", 1, NULL, error) < 0 ||
      !beaver_log_append_json (log, "{\"page\": \"/\", \"ms\": 12}", NULL, error))
    return FALSE;

  /* threads, channels, live logs ... */
  return TRUE;
} /* here all connections are closed and all background threads are stopped */
/* [use] */

int
main (int argc, char **argv)
{
  g_autoptr(GError) error = NULL;

  if (!use_database (argc > 1 ? argv[1] : "my_app.db", &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  return 0;
}
