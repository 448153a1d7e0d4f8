/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "cli.h"

/* Whether the file is sound: for scripts, so what is only worth knowing is left to the doctor. */

/* By BeaverCheckSeverity, as JSON shows them. */
const char *const cli_severities[] = { "note", "warning", "error" };

static int
run_check (Cli *cli, GError **error)
{
  static const CliColumn columns[] = { { "severity", N_ ("SEVERITY"), CLI_COLUMN_TEXT },
                                       { "code", N_ ("CODE"), CLI_COLUMN_TEXT },
                                       { "text", N_ ("FINDING"), CLI_COLUMN_TEXT },
                                       { NULL } };
  g_autoptr (CliProgress) progress = cli_progress_new (cli, _ ("checking"));
  g_autoptr (CliRows) rows = cli_rows_new (cli, columns, FALSE);
  g_autoptr (GPtrArray) findings = NULL;
  guint n = 0;

  cli_progress_pulse (progress);
  findings = beaver_db_check (cli->db, FALSE, cli->cancellable, error);
  g_clear_pointer (&progress, cli_progress_free);
  if (findings == NULL || g_cancellable_set_error_if_cancelled (cli->cancellable, error))
    return -1;
  for (guint i = 0; i < findings->len; i++)
    {
      BeaverCheckFinding *finding = g_ptr_array_index (findings, i);
      BeaverCheckSeverity severity = beaver_check_finding_get_severity (finding);
      g_autofree char *severity_json = cli_json_string (cli_severities[severity]);
      g_autofree char *code = cli_json_string (beaver_check_finding_get_code (finding));
      g_autofree char *text = cli_json_string (beaver_check_finding_get_text (finding));

      if (severity == BEAVER_CHECK_SEVERITY_NOTE)
        continue;
      n++;
      if (!cli_rows_add (rows, (const char *[]){ severity_json, code, text }, error))
        return -1;
    }
  if (n == 0 && cli->format == CLI_FORMAT_TABLE)
    {
      cli_printf (_ ("%s is sound\n"), cli->path);
      return cli_flush (error) ? CLI_OK : -1;
    }
  if (!cli_rows_end (rows, error))
    return -1;
  return n == 0 ? CLI_OK : CLI_FAILED;
}

static const CliVerb command = {
  .name = "check",
  .arguments = "",
  .summary = N_ ("Look through the whole file for damage; exit code 1 when there is some"),
  .run = run_check,
};

const CliGroup cli_group_check = { .name = "check",
                                   .summary = N_ ("Whether the file is sound"),
                                   .command = &command };
