/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <glib/gi18n.h>

#include "cli.h"

/* All that is worth knowing about a file, what to do about it, and what can be done at once. */

static struct
{
  gboolean fix;
} options;

/* A log beside the file that nobody needs any more is taken in when the last one closes it. */
#define NOTABLE_WAL (16 * 1024 * 1024)

typedef struct
{
  Cli *cli;
  CliRows *rows;
  gboolean ill; /* something is worse than a note, and stays */
  GError **error;
} Doctor;

static gboolean
report (Doctor *self,
        BeaverCheckSeverity severity,
        const char *code,
        const char *text,
        gboolean fixed)
{
  g_autofree char *severity_json = cli_json_string (cli_severities[severity]);
  g_autofree char *code_json = cli_json_string (code);
  g_autofree char *text_json = cli_json_string (text);

  if (severity != BEAVER_CHECK_SEVERITY_NOTE && !fixed)
    self->ill = TRUE;
  return cli_rows_add (
      self->rows, (const char *[]){ severity_json, code_json, text_json, fixed ? "true" : "false" },
      self->error);
}

/* An index that is not complete answers no question; building it anew is safe at any time. */
static gboolean
see_indexes (const CliGroup *group, const char *name, gint64 count, gpointer data, GError **error)
{
  Doctor *self = data;
  BeaverManager *manager;
  g_autoptr (GPtrArray) indexes = NULL;
  guint n = 0;
  g_autofree char *text = NULL;

  if (group != &cli_group_dict && group != &cli_group_log && group != &cli_group_docs)
    return TRUE;
  manager = group->get (self->cli->db, name, error);
  indexes =
      manager != NULL ? beaver_manager_list_indexes (manager, self->cli->cancellable, error) : NULL;
  if (indexes == NULL)
    return FALSE;
  for (guint i = 0; i < indexes->len; i++)
    if (!beaver_field_index_info_get_complete (g_ptr_array_index (indexes, i)))
      n++;
  if (n == 0)
    return TRUE;
  if (options.fix)
    {
      gint64 done = beaver_manager_reindex (manager, NULL, NULL, self->cli->cancellable, error);

      if (done < 0)
        return FALSE;
    }
  text = g_strdup_printf (ngettext ("%u field index of %s “%s” is not complete and not used; build "
                                    "it with beaver FILE %s %s reindex",
                                    "%u field indexes of %s “%s” are not complete and not used; "
                                    "build them with beaver FILE %s %s reindex",
                                    n),
                          n, group->name, name, group->name, name);
  return report (self, BEAVER_CHECK_SEVERITY_WARNING, "unfinished-index", text, options.fix);
}

/* The holder is of this machine, as all are who share a file; in another container its number may
 * mean somebody else, or nobody. So nothing is taken away: the lease ends by itself. */
static gboolean
see_locks (Doctor *self)
{
  Cli *cli = self->cli;
  g_auto (GStrv) names = beaver_db_get_lock_names (cli->db, cli->cancellable, self->error);

  if (names == NULL)
    return FALSE;
  for (char **name = names; *name != NULL; name++)
    {
      BeaverLock *lock = beaver_db_get_lock (cli->db, *name, self->error);
      g_autoptr (BeaverLockInfo) info =
          lock != NULL ? beaver_lock_get_info (lock, cli->cancellable, self->error) : NULL;
      g_autofree char *until = NULL;
      g_autofree char *text = NULL;
      gint64 pid;

      if (info == NULL)
        return FALSE;
      pid = beaver_lock_info_get_holder (info) != NULL ? beaver_lock_info_get_process_id (info) : 0;
      if (pid <= 0 || kill ((pid_t) pid, 0) == 0 || errno != ESRCH)
        continue;
      until = cli_format_time (beaver_lock_info_get_expires_at (info));
      text = g_strdup_printf (_ ("lock “%s” is held until %s by a process that is gone; to free it "
                                 "now: beaver FILE lock %s clear"),
                              *name, until, *name);
      if (!report (self, BEAVER_CHECK_SEVERITY_NOTE, "dead-holder", text, FALSE))
        return FALSE;
    }
  return TRUE;
}

static gboolean
see_wal (Doctor *self)
{
  guint64 wal = cli_file_size (self->cli->path, "-wal");
  g_autofree char *size = NULL;
  g_autofree char *text = NULL;

  if (wal < NOTABLE_WAL)
    return TRUE;
  size = cli_format_bytes (wal);
  text = g_strdup_printf (_ ("the write-ahead log takes %s; it is taken into the file when nobody "
                             "reads for long, and when the last program closes the file"),
                          size);
  return report (self, BEAVER_CHECK_SEVERITY_NOTE, "wal-size", text, FALSE);
}

static int
run_doctor (Cli *cli, GError **error)
{
  static const CliColumn columns[] = { { "severity", N_ ("SEVERITY"), CLI_COLUMN_TEXT },
                                       { "code", N_ ("CODE"), CLI_COLUMN_TEXT },
                                       { "text", N_ ("FINDING"), CLI_COLUMN_TEXT },
                                       { "fixed", N_ ("FIXED"), CLI_COLUMN_TEXT },
                                       { NULL } };
  g_autoptr (CliProgress) progress = cli_progress_new (cli, _ ("checking"));
  g_autoptr (CliRows) rows = cli_rows_new (cli, columns, FALSE);
  g_autoptr (GPtrArray) findings = NULL;
  Doctor self = { .cli = cli, .rows = rows, .error = error };

  cli_progress_pulse (progress);
  findings = beaver_db_check (cli->db, options.fix, cli->cancellable, error);
  if (findings == NULL)
    return -1;
  for (guint i = 0; i < findings->len; i++)
    {
      BeaverCheckFinding *finding = g_ptr_array_index (findings, i);

      if (!report (&self, beaver_check_finding_get_severity (finding),
                   beaver_check_finding_get_code (finding), beaver_check_finding_get_text (finding),
                   beaver_check_finding_is_fixed (finding)))
        return -1;
    }
  if (!cli_for_each_structure (cli, see_indexes, &self, error) || !see_locks (&self) ||
      !see_wal (&self))
    return -1;
  g_clear_pointer (&progress, cli_progress_free);
  if (g_cancellable_set_error_if_cancelled (cli->cancellable, error) || !cli_rows_end (rows, error))
    return -1;
  if (cli->format == CLI_FORMAT_TABLE)
    {
      cli_put (self.ill ? options.fix ? _ ("\nWhat is left needs you.\n") :
                                        _ ("\nbeaver FILE doctor --fix mends what is safe.\n") :
                          _ ("\nThe file is well.\n"));
      if (!cli_flush (error))
        return -1;
    }
  return self.ill ? CLI_FAILED : CLI_OK;
}

static const GOptionEntry doctor_options[] = {
  { "fix", 0, 0, G_OPTION_ARG_NONE, &options.fix, N_ ("Mend what can be without losing anything"),
    NULL },
  { NULL },
};

static const CliVerb command = {
  .name = "doctor",
  .arguments = "",
  .summary = N_ ("Tell all that is wrong or worth knowing; exit code 1 when something is wrong"),
  .options = doctor_options,
  .run = run_doctor,
};

const CliGroup cli_group_doctor = { .name = "doctor",
                                    .summary = N_ ("What is wrong with the file, and mending it"),
                                    .command = &command };
