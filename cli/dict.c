/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>
#include <glib/gi18n.h>

#include "cli.h"

static struct
{
  char *ttl;
  char *fallback;
  char *expect;
  gboolean text;
  gboolean absent;
  char *secret_file;
  char *new_secret_file;
  gboolean encrypted;
} options;

static BeaverManager *
get_manager (BeaverDb *db, const char *name, GError **error)
{
  return (BeaverManager *) beaver_db_get_dict (db, name, error);
}

/* Encrypted, but for who knows its secret. */
static gboolean
is_sealed (Cli *cli, BeaverDict *dict)
{
  g_autoptr (GError) local_error = NULL;
  g_autofree char *json = beaver_dict_lookup_json (dict, "", cli->cancellable, &local_error);

  return g_error_matches (local_error, BEAVER_ERROR, BEAVER_ERROR_SECRET);
}

/* The secret that options, environment or user give, NULL without error when none is needed. */
static char *
find_secret (Cli *cli, BeaverDict *dict, GError **error)
{
  const char *environment = g_getenv ("BEAVER_SECRET");
  gboolean sealed;

  if (options.secret_file != NULL)
    return cli_secret_read (cli, options.secret_file, error);
  if (environment != NULL && *environment == '\0')
    environment = NULL;
  if (!options.encrypted && environment == NULL && !cli->terminal)
    return NULL;
  sealed = is_sealed (cli, dict);
  if (!sealed && !options.encrypted)
    return NULL;
  if (environment != NULL)
    return g_strdup (environment);
  if (!options.encrypted && !cli_secret_can_ask ())
    return NULL;
  {
    g_autofree char *prompt = g_strdup_printf (_ ("Secret of dict “%s”: "), cli->name);

    return cli_secret_ask (cli, prompt, !sealed, error);
  }
}

static BeaverDict *
get_dict (Cli *cli, GError **error)
{
  BeaverDict *dict = beaver_db_get_dict (cli->db, cli->name, error);
  GError *local_error = NULL;
  char *secret;

  if (dict == NULL)
    return NULL;
  secret = find_secret (cli, dict, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, local_error);
      return NULL;
    }
  if (secret != NULL)
    dict = beaver_db_get_dict_with_secret (cli->db, cli->name, secret, cli->cancellable, error);
  cli_secret_wipe (secret);
  return dict;
}

static BeaverManager *
open_manager (Cli *cli, GError **error)
{
  return (BeaverManager *) get_dict (cli, error);
}

static int
run_change_secret (Cli *cli, GError **error)
{
  BeaverDict *dict;
  const char *environment = g_getenv ("BEAVER_NEW_SECRET");
  g_autoptr (CliProgress) progress = NULL;
  char *secret;
  gboolean done;

  options.encrypted = TRUE;
  dict = get_dict (cli, error);
  if (dict == NULL)
    return -1;
  if (options.new_secret_file != NULL)
    secret = cli_secret_read (cli, options.new_secret_file, error);
  else if (environment != NULL && *environment != '\0')
    secret = g_strdup (environment);
  else
    secret = cli_secret_ask (cli, _ ("New secret: "), TRUE, error);
  if (secret == NULL)
    return -1;
  progress = cli_progress_new (cli, _ ("encrypting"));
  done = beaver_dict_rotate_secret (dict, secret, cli_progress_tell, progress, cli->cancellable,
                                    error);
  cli_secret_wipe (secret);
  return done ? CLI_OK : -1;
}

static gboolean
refuse_secret (const char *option, const char *value, gpointer data, GError **error)
{
  return cli_usage_error (error, _ ("everybody on this machine can read a secret on the command "
                                    "line; use --secret-file, BEAVER_SECRET, or --encrypted, which "
                                    "asks for it"));
}

static gboolean
set_missing (Cli *cli, GError **error)
{
  g_set_error (error, BEAVER_ERROR, BEAVER_ERROR_NOT_FOUND, _ ("dict “%s” has no key “%s”"),
               cli->name, cli->args[0]);
  return FALSE;
}

static int
run_get (Cli *cli, GError **error)
{
  BeaverDict *dict = get_dict (cli, error);
  g_autofree char *json = NULL;

  if (dict == NULL)
    return -1;
  json = beaver_dict_get_json (dict, cli->args[0], cli->cancellable, error);
  return json != NULL && cli_put_value (cli, json, error) ? CLI_OK : -1;
}

static int
run_fetch (Cli *cli, GError **error)
{
  BeaverDict *dict = get_dict (cli, error);
  g_autoptr (GError) local_error = NULL;
  g_autofree char *json = NULL;

  if (dict == NULL)
    return -1;
  json = beaver_dict_lookup_json (dict, cli->args[0], cli->cancellable, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return -1;
    }
  if (json == NULL && options.fallback != NULL &&
      (json = cli_parse_value (options.fallback, error)) == NULL)
    return -1;
  return cli_put_value (cli, json, error) ? CLI_OK : -1;
}

static int
run_pop (Cli *cli, GError **error)
{
  BeaverDict *dict = get_dict (cli, error);
  g_autoptr (GError) local_error = NULL;
  g_autoptr (BeaverEntry) entry = NULL;
  g_autofree char *fallback = NULL;
  g_autofree char *unread = NULL;
  double left;

  if (dict == NULL)
    return -1;
  if (options.fallback != NULL && (fallback = cli_parse_value (options.fallback, error)) == NULL)
    return -1;
  entry = beaver_dict_pop_entry (dict, cli->args[0], cli->cancellable, &local_error);
  if (entry == NULL && fallback != NULL &&
      (local_error == NULL || g_error_matches (local_error, BEAVER_ERROR, BEAVER_ERROR_NOT_FOUND)))
    return cli_put_value (cli, fallback, error) ? CLI_OK : -1;
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return -1;
    }
  if (entry == NULL)
    {
      set_missing (cli, error);
      return -1;
    }
  if (cli_put_value (cli, beaver_entry_get_value (entry), error))
    return CLI_OK;
  /* nobody has it: the disk is full, or whoever read has left */
  left = beaver_entry_get_expires_at (entry) - cli_now ();
  if (left > 0)
    unread = beaver_dict_get_or_set_json (dict, cli->args[0], beaver_entry_get_value (entry), left,
                                          NULL, NULL);
  return -1;
}

static int
run_set (Cli *cli, GError **error)
{
  BeaverDict *dict = get_dict (cli, error);
  g_autofree char *json = NULL;
  double ttl = 0;
  gboolean done;

  if (dict == NULL || (options.ttl != NULL && !cli_parse_duration (options.ttl, &ttl, error)))
    return -1;
  if (options.ttl != NULL && ttl <= 0)
    {
      cli_usage_error (error, _ ("--ttl has to be more than 0"));
      return -1;
    }
  json = options.text && cli->n_args > 1 ? beaver_json_from_string (cli->args[1], error) :
                                           cli_value (cli, 1, error);
  if (json == NULL)
    return -1;
  if (options.expect != NULL || options.absent)
    {
      g_autofree char *expected = options.absent ? NULL : cli_parse_value (options.expect, error);
      g_autoptr (GError) local_error = NULL;

      if (!options.absent && expected == NULL)
        return -1;
      if (options.ttl != NULL)
        {
          cli_usage_error (error, _ ("--ttl goes with neither --expect nor --absent; set it "
                                     "afterwards with the command ttl"));
          return -1;
        }
      done = beaver_dict_compare_and_set_json (dict, cli->args[0], expected, json, cli->cancellable,
                                               &local_error);
      if (!done && local_error == NULL)
        g_set_error (&local_error, BEAVER_ERROR, BEAVER_ERROR_CONFLICT,
                     _ ("the value of “%s” is another one; nothing was changed"), cli->args[0]);
      if (local_error != NULL)
        g_propagate_error (error, g_steal_pointer (&local_error));
    }
  else if (options.ttl != NULL)
    {
      done = beaver_dict_set_json_with_ttl (dict, cli->args[0], json, ttl, cli->cancellable, error);
    }
  else
    {
      done = beaver_dict_set_json (dict, cli->args[0], json, cli->cancellable, error);
    }
  return done ? CLI_OK : -1;
}

static int
run_update (Cli *cli, GError **error)
{
  BeaverDict *dict = get_dict (cli, error);
  g_autofree char *json = dict != NULL ? cli_value (cli, 0, error) : NULL;

  return json != NULL && beaver_dict_update_json (dict, json, cli->cancellable, error) ? CLI_OK :
                                                                                         -1;
}

static int
run_delete (Cli *cli, GError **error)
{
  BeaverDict *dict = get_dict (cli, error);
  g_autoptr (GError) local_error = NULL;

  if (dict == NULL)
    return -1;
  if (beaver_dict_remove (dict, cli->args[0], cli->cancellable, &local_error))
    return CLI_OK;
  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  else
    set_missing (cli, error);
  return -1;
}

static int
run_contains (Cli *cli, GError **error)
{
  BeaverDict *dict = get_dict (cli, error);
  g_autoptr (GError) local_error = NULL;
  gboolean there;

  if (dict == NULL)
    return -1;
  there = beaver_dict_contains (dict, cli->args[0], cli->cancellable, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return -1;
    }
  if (!cli_put_value (cli, there ? "true" : "false", error))
    return -1;
  return there ? CLI_OK : CLI_NOT_FOUND;
}

static int
run_increment (Cli *cli, GError **error)
{
  BeaverDict *dict = get_dict (cli, error);
  g_autoptr (GError) local_error = NULL;
  gint64 amount = 1;
  double real;

  if (dict == NULL)
    return -1;
  if (cli->n_args < 2 || cli_parse_int (cli->args[1], &amount, NULL))
    {
      gint64 now =
          beaver_dict_increment (dict, cli->args[0], amount, cli->cancellable, &local_error);

      if (local_error == NULL)
        return cli_put_int (cli, now, error) ? CLI_OK : -1;
    }
  else if (cli_parse_double (cli->args[1], &real, &local_error))
    {
      real =
          beaver_dict_increment_double (dict, cli->args[0], real, cli->cancellable, &local_error);
      if (local_error == NULL)
        {
          g_autofree char *json = cli_json_double (real);

          return cli_put_value (cli, json, error) ? CLI_OK : -1;
        }
    }
  g_propagate_error (error, g_steal_pointer (&local_error));
  return -1;
}

static int
run_ttl (Cli *cli, GError **error)
{
  BeaverDict *dict = get_dict (cli, error);
  g_autoptr (GError) local_error = NULL;
  double ttl = 0;

  if (dict == NULL)
    return -1;
  if (cli->n_args > 1)
    {
      if (g_strcmp0 (cli->args[1], "none") == 0)
        ttl = INFINITY;
      else if (!cli_parse_duration (cli->args[1], &ttl, error))
        return -1;
      if (beaver_dict_set_ttl (dict, cli->args[0], ttl, cli->cancellable, &local_error))
        return CLI_OK;
      if (local_error == NULL)
        set_missing (cli, &local_error);
    }
  else
    {
      ttl = beaver_dict_get_ttl (dict, cli->args[0], cli->cancellable, &local_error);
      if (local_error == NULL)
        {
          g_autofree char *json =
              ttl < 0 || isinf (ttl) ? g_strdup ("null") : cli_json_double (ttl);

          return cli_put_value (cli, json, error) ? CLI_OK : -1;
        }
    }
  g_propagate_error (error, g_steal_pointer (&local_error));
  return -1;
}

static int
run_keys (Cli *cli, GError **error)
{
  static const CliColumn columns[] = { { "key", N_ ("KEY"), CLI_COLUMN_TEXT }, { NULL } };
  BeaverDict *dict = get_dict (cli, error);
  g_autoptr (CliRows) rows = cli_rows_new (cli, columns, FALSE);
  g_autoptr (BeaverCursor) cursor = NULL;
  g_autoptr (GError) local_error = NULL;

  if (dict == NULL || (cursor = beaver_dict_keys (dict, cli->args[0], error)) == NULL)
    return -1;
  for (;;)
    {
      g_autoptr (BeaverEntry) entry = beaver_cursor_next (cursor, cli->cancellable, &local_error);
      g_autofree char *key = NULL;

      if (entry == NULL)
        break;
      key = cli_json_string (beaver_entry_get_key (entry));
      if (!cli_rows_add (rows, (const char *[]){ key }, error))
        return -1;
    }
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return -1;
    }
  return cli_rows_end (rows, error) ? CLI_OK : -1;
}

static int
run_items (Cli *cli, GError **error)
{
  static const CliColumn columns[] = { { "key", N_ ("KEY"), CLI_COLUMN_TEXT },
                                       { "value", N_ ("VALUE"), CLI_COLUMN_JSON },
                                       { NULL } };
  BeaverDict *dict = get_dict (cli, error);
  g_autoptr (CliRows) rows = cli_rows_new (cli, columns, FALSE);
  g_autoptr (BeaverCursor) cursor = NULL;
  g_autoptr (GError) local_error = NULL;

  if (dict == NULL || (cursor = beaver_dict_items (dict, cli->args[0], error)) == NULL)
    return -1;
  for (;;)
    {
      g_autoptr (BeaverEntry) entry = beaver_cursor_next (cursor, cli->cancellable, &local_error);
      g_autofree char *key = NULL;

      if (entry == NULL)
        break;
      key = cli_json_string (beaver_entry_get_key (entry));
      if (!cli_rows_add (rows, (const char *[]){ key, beaver_entry_get_value (entry) }, error))
        return -1;
    }
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return -1;
    }
  return cli_rows_end (rows, error) ? CLI_OK : -1;
}

static int
run_query (Cli *cli, GError **error)
{
  static const CliColumn columns[] = { { "key", N_ ("KEY"), CLI_COLUMN_TEXT },
                                       { "value", N_ ("VALUE"), CLI_COLUMN_JSON },
                                       { NULL } };
  BeaverDict *dict = get_dict (cli, error);
  g_autoptr (BeaverQuery) query = dict != NULL ? cli_query_new (cli, error) : NULL;
  g_autoptr (GPtrArray) entries =
      query != NULL ? beaver_dict_query (dict, query, cli->cancellable, error) : NULL;
  g_autoptr (CliRows) rows = cli_rows_new (cli, columns, FALSE);

  if (entries == NULL)
    return -1;
  for (guint i = 0; i < entries->len; i++)
    {
      BeaverEntry *entry = g_ptr_array_index (entries, i);
      g_autofree char *key = cli_json_string (beaver_entry_get_key (entry));

      if (!cli_rows_add (rows, (const char *[]){ key, beaver_entry_get_value (entry) }, error))
        return -1;
    }
  return cli_rows_end (rows, error) ? CLI_OK : -1;
}

static char **
list_keys (Cli *cli, const char *prefix, GError **error)
{
  BeaverDict *dict = beaver_db_get_dict (cli->db, cli->name, error);

  return dict != NULL ? beaver_dict_list_keys (dict, prefix, cli->cancellable, error) : NULL;
}

static const GOptionEntry set_options[] = {
  { "ttl", 0, 0, G_OPTION_ARG_FILENAME, &options.ttl,
    N_ ("Forget it after so long: 90, 15m, 2h, 7d"), N_ ("SECONDS") },
  { "string", 's', 0, G_OPTION_ARG_NONE, &options.text,
    N_ ("The value is a text, whatever it looks like"), NULL },
  { "expect", 0, 0, G_OPTION_ARG_FILENAME, &options.expect, N_ ("Only when this is the value now"),
    N_ ("VALUE") },
  { "absent", 0, 0, G_OPTION_ARG_NONE, &options.absent, N_ ("Only when there is no such key"),
    NULL },
  { NULL },
};

static const GOptionEntry change_secret_options[] = {
  { "new-secret-file", 0, 0, G_OPTION_ARG_FILENAME, &options.new_secret_file,
    N_ ("Where the new secret stands; else BEAVER_NEW_SECRET, or you are asked"), N_ ("FILE") },
  { NULL },
};

static const GOptionEntry dict_options[] = {
  { "secret-file", 0, 0, G_OPTION_ARG_FILENAME, &options.secret_file,
    N_ ("The dict is, or becomes, encrypted with the secret in this file"), N_ ("FILE") },
  { "encrypted", 0, 0, G_OPTION_ARG_NONE, &options.encrypted,
    N_ ("The dict is, or becomes, encrypted with BEAVER_SECRET, or what you are asked for"), NULL },
  { "secret", 0, G_OPTION_FLAG_HIDDEN | G_OPTION_FLAG_OPTIONAL_ARG, G_OPTION_ARG_CALLBACK,
    refuse_secret, NULL, NULL },
  { NULL },
};

static const GOptionEntry default_options[] = {
  { "default", 0, 0, G_OPTION_ARG_FILENAME, &options.fallback,
    N_ ("Print this when there is no such key"), N_ ("VALUE") },
  { NULL },
};

static const CliVerb verbs[] = {
  { "get", NULL, N_ ("KEY"), N_ ("Print a value"), 1, 1, CLI_VERB_KEYS, NULL, run_get },
  { "set", "put", N_ ("KEY [VALUE]"), N_ ("Store a value"), 1, 2, CLI_VERB_CREATES | CLI_VERB_KEYS,
    set_options, run_set },
  { "delete", "del remove", N_ ("KEY"), N_ ("Remove a key"), 1, 1, CLI_VERB_KEYS, NULL,
    run_delete },
  { "contains", NULL, N_ ("KEY"), N_ ("Print whether there is such a key; exit code 3 when not"), 1,
    1, CLI_VERB_KEYS, NULL, run_contains },
  { "fetch", NULL, N_ ("KEY"), N_ ("Print a value, or a default"), 1, 1, CLI_VERB_KEYS,
    default_options, run_fetch },
  { "pop", NULL, N_ ("KEY"), N_ ("Print a value and remove it"), 1, 1, CLI_VERB_KEYS,
    default_options, run_pop },
  { "keys", NULL, N_ ("[PREFIX]"), N_ ("List the keys"), 0, 1, CLI_VERB_KEYS, NULL, run_keys },
  { "items", "show", N_ ("[PREFIX]"), N_ ("List keys and values"), 0, 1, CLI_VERB_KEYS, NULL,
    run_items },
  { "increment", "incr", N_ ("KEY [AMOUNT]"), N_ ("Add to a number and print the sum"), 1, 2,
    CLI_VERB_CREATES | CLI_VERB_KEYS, NULL, run_increment },
  { "ttl", "expire", N_ ("KEY [SECONDS|none]"), N_ ("Print or set how long a key has left"), 1, 2,
    CLI_VERB_KEYS, NULL, run_ttl },
  { "update", NULL, N_ ("[OBJECT]"), N_ ("Store all members of a JSON object, at once"), 1, 1,
    CLI_VERB_CREATES, NULL, run_update },
  { "query", NULL, "", N_ ("List the entries with these properties"), 0, 0, CLI_VERB_READS,
    cli_query_options, run_query },
  { "change-secret", "rotate", "", N_ ("Encrypt all values anew, with another secret"), 0, 0,
    CLI_VERB_READS, change_secret_options, run_change_secret },
  CLI_INDEX_VERBS,
  CLI_COMMON_VERBS,
  { NULL },
};

const CliGroup cli_group_dict = {
  .name = "dict",
  .aliases = "dicts",
  .summary = N_ ("Values under keys"),
  .verbs = verbs,
  .get = get_manager,
  .names = beaver_db_get_dict_names,
  .keys = list_keys,
  .open = open_manager,
  .options = dict_options,
};
