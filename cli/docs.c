/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <math.h>
#include <string.h>
#include <glib/gi18n.h>

#include "cli.h"

static struct
{
  char *id;
  gboolean fuzzy;
  gboolean no_text;
  char *fields;
  gboolean lines;
} options;

static BeaverManager *
get_manager (BeaverDb *db, const char *name, GError **error)
{
  return (BeaverManager *) beaver_db_get_documents (db, name, error);
}

static BeaverDocuments *
get_documents (Cli *cli, GError **error)
{
  return beaver_db_get_documents (cli->db, cli->name, error);
}

/* A text under "id" names the document, as in 1.3. */
static char *
find_id (const char *json)
{
  g_autoptr (JsonNode) node = *json == '{' ? beaver_json_to_node (json, NULL) : NULL;
  JsonNode *member =
      node != NULL ? json_object_get_member (json_node_get_object (node), "id") : NULL;

  return member != NULL && json_node_get_value_type (member) == G_TYPE_STRING ?
             g_strdup (json_node_get_string (member)) :
             NULL;
}

static gboolean
index_one (Cli *cli, const char *json, GError **error)
{
  BeaverDocuments *documents = get_documents (cli, error);
  g_auto (GStrv) fields = options.fields != NULL ? g_strsplit (options.fields, ",", -1) : NULL;
  g_autofree char *own_id = options.id == NULL ? find_id (json) : NULL;
  const char *id = options.id != NULL ? options.id : own_id;
  BeaverIndexFlags flags = (options.no_text ? BEAVER_INDEX_FLAGS_NONE : BEAVER_INDEX_FLAGS_TEXT) |
                           (options.fuzzy ? BEAVER_INDEX_FLAGS_FUZZY : BEAVER_INDEX_FLAGS_NONE);
  g_autoptr (BeaverDocument) document = NULL;
  g_autofree char *printed = NULL;

  if (documents == NULL)
    return FALSE;
  document =
      fields != NULL ?
          beaver_documents_index_fields (documents, id, json, flags, (const char *const *) fields,
                                         cli->cancellable, error) :
          beaver_documents_index (documents, id, json, flags, cli->cancellable, error);
  if (document == NULL)
    return FALSE;
  printed = cli_json_string (beaver_document_get_id (document));
  return cli_put_value (cli, printed, error);
}

/* The end of the element that begins here, of an array that is JSON. */
static const char *
element_end (const char *text)
{
  gboolean quoted = FALSE;

  for (int depth = 0; *text != '\0'; text++)
    {
      if (*text == '\\' && text[1] != '\0')
        text++;
      else if (*text == '"')
        quoted = !quoted;
      else if (quoted)
        continue;
      else if (*text == '[' || *text == '{')
        depth++;
      else if (depth == 0 && (*text == ',' || *text == ']'))
        break;
      else if (*text == ']' || *text == '}')
        depth--;
    }
  return text;
}

/* Its elements as they are: not every number of JSON fits a JsonNode. */
static gboolean
index_array (Cli *cli, const char *json, GError **error)
{
  for (const char *text = json + 1; *text != ']' && *text != '\0';)
    {
      const char *end = element_end (text);
      g_autofree char *element = g_strstrip (g_strndup (text, end - text));

      if (!index_one (cli, element, error))
        return FALSE;
      text = *end == ',' ? end + 1 : end;
    }
  return TRUE;
}

/* All of a file: a JSON array is many documents, and so are lines. */
static gboolean
index_text (Cli *cli, const char *text, gboolean lines, GError **error)
{
  g_autofree char *whole = NULL;

  if (lines)
    {
      g_auto (GStrv) each = g_strsplit (text, "\n", -1);

      for (char **line = each; *line != NULL; line++)
        {
          g_autofree char *json =
              *g_strstrip (*line) != '\0' ? beaver_json_normalize (*line, error) : NULL;

          if (**line == '\0')
            continue;
          if (json == NULL || !index_one (cli, json, error))
            return FALSE;
        }
      return TRUE;
    }
  whole = beaver_json_normalize (text, error);
  if (whole == NULL)
    return FALSE;
  return *whole == '[' && options.id == NULL ? index_array (cli, whole, error) :
                                               index_one (cli, whole, error);
}

static int
run_index (Cli *cli, GError **error)
{
  const char *word = cli->n_args > 0 ? cli->args[0] : "-";
  gboolean lines =
      options.lines || g_str_has_suffix (word, ".jsonl") || g_str_has_suffix (word, ".ndjson");
  g_autofree char *text = NULL;
  gsize length = 0;

  if (strcmp (word, "-") == 0)
    {
      text = cli_read_stdin (cli, &length, error);
    }
  else if (*word != '{' && *word != '[' && g_file_test (word, G_FILE_TEST_IS_REGULAR))
    {
      g_file_get_contents (word, &text, &length, error);
    }
  else
    {
      g_autofree char *json = cli_parse_value (word, error);

      return json != NULL && index_one (cli, json, error) ? CLI_OK : -1;
    }
  return text != NULL && cli_check_text (text, length, error) &&
                 index_text (cli, text, lines, error) ?
             CLI_OK :
             -1;
}

static int
run_get (Cli *cli, GError **error)
{
  BeaverDocuments *documents = get_documents (cli, error);
  g_autoptr (BeaverDocument) document =
      documents != NULL ? beaver_documents_get (documents, cli->args[0], cli->cancellable, error) :
                          NULL;

  return document != NULL && cli_put_value (cli, beaver_document_get_body (document), error) ?
             CLI_OK :
             -1;
}

static int
run_drop (Cli *cli, GError **error)
{
  BeaverDocuments *documents = get_documents (cli, error);

  return documents != NULL &&
                 beaver_documents_drop (documents, cli->args[0], cli->cancellable, error) ?
             CLI_OK :
             -1;
}

static int
run_items (Cli *cli, GError **error)
{
  static const CliColumn columns[] = { { "id", N_ ("ID"), CLI_COLUMN_TEXT },
                                       { "body", N_ ("BODY"), CLI_COLUMN_JSON },
                                       { NULL } };
  BeaverDocuments *documents = get_documents (cli, error);
  g_autoptr (CliRows) rows = cli_rows_new (cli, columns, FALSE);
  g_autoptr (BeaverCursor) cursor = NULL;
  g_autoptr (GError) local_error = NULL;

  if (documents == NULL || (cursor = beaver_documents_items (documents, error)) == NULL)
    return -1;
  for (;;)
    {
      g_autoptr (BeaverDocument) document =
          beaver_cursor_next (cursor, cli->cancellable, &local_error);
      g_autofree char *id = NULL;

      if (document == NULL)
        break;
      id = cli_json_string (beaver_document_get_id (document));
      if (!cli_rows_add (rows, (const char *[]){ id, beaver_document_get_body (document) }, error))
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
run_search (Cli *cli, GError **error)
{
  static const CliColumn columns[] = { { "id", N_ ("ID"), CLI_COLUMN_TEXT },
                                       { "score", N_ ("SCORE"), CLI_COLUMN_NUMBER },
                                       { "snippet", N_ ("FOUND"), CLI_COLUMN_TEXT },
                                       { "body", N_ ("BODY"), CLI_COLUMN_JSON },
                                       { NULL } };
  BeaverDocuments *documents = get_documents (cli, error);
  g_autoptr (BeaverQuery) query = NULL;
  g_autoptr (CliRows) rows = cli_rows_new (cli, columns, FALSE);
  g_autoptr (GPtrArray) hits = NULL;

  /* collections of 1.3 held vectors too: search [0.1, 0.2] */
  if (cli->n_args > 0 && *cli->args[0] == '[')
    return cli_vectors_near (cli, error);
  if (documents == NULL || (query = cli_query_new (cli, error)) == NULL)
    return -1;
  hits = beaver_documents_search (documents, query, cli->cancellable, error);
  if (hits == NULL)
    return -1;
  for (guint i = 0; i < hits->len; i++)
    {
      BeaverHit *hit = g_ptr_array_index (hits, i);
      g_autofree char *id = cli_json_string (beaver_hit_get_id (hit));
      g_autofree char *score = isfinite (beaver_hit_get_score (hit)) ?
                                   cli_json_double (beaver_hit_get_score (hit)) :
                                   NULL;
      g_autofree char *snippet = beaver_hit_get_snippet (hit) != NULL ?
                                     cli_json_string (beaver_hit_get_snippet (hit)) :
                                     NULL;

      if (!cli_rows_add (rows, (const char *[]){ id, score, snippet, beaver_hit_get_body (hit) },
                         error))
        return -1;
    }
  return cli_rows_end (rows, error) ? CLI_OK : -1;
}

static const GOptionEntry index_options[] = {
  { "id", 0, 0, G_OPTION_ARG_FILENAME, &options.id,
    N_ ("Its name; otherwise the text under “id”, or a new one"), N_ ("ID") },
  { "fuzzy", 0, 0, G_OPTION_ARG_NONE, &options.fuzzy, N_ ("To be found with typing errors, too"),
    NULL },
  { "no-text", 0, 0, G_OPTION_ARG_NONE, &options.no_text, N_ ("Not to be found by its words"),
    NULL },
  { "no-fts", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &options.no_text, NULL, NULL },
  { "fields", 0, 0, G_OPTION_ARG_FILENAME, &options.fields,
    N_ ("Only by the words of these, between commas"), N_ ("LIST") },
  { "fts", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_FILENAME, &options.fields, NULL, NULL },
  { "lines", 'l', 0, G_OPTION_ARG_NONE, &options.lines, N_ ("Every line is a document"), NULL },
  { NULL },
};

static const CliVerb verbs[] = {
  { "index", "put", N_ ("[BODY|FILE]"),
    N_ ("Store documents, to be searched, and print their names"), 0, 1, CLI_VERB_CREATES,
    index_options, run_index },
  { "get", NULL, N_ ("ID"), N_ ("Print a document"), 1, 1, CLI_VERB_READS, NULL, run_get },
  { "drop", "delete del remove", N_ ("ID"), N_ ("Remove a document"), 1, 1, CLI_VERB_READS, NULL,
    run_drop },
  { "items", "show", "", N_ ("List all documents"), 0, 0, CLI_VERB_READS, NULL, run_items },
  { "search", "match", N_ ("[TEXT]"), N_ ("List the documents with these words or properties"), 0,
    1, CLI_VERB_READS, cli_query_options, run_search },
  CLI_INDEX_VERBS,
  /* of the collections of 1.3, whose documents were nodes as well */
  { "connect", NULL, N_ ("SOURCE TARGET LABEL"), N_ ("Make an edge in the graph of the same name"),
    3, 3, CLI_VERB_CREATES, cli_graph_link_options, cli_graph_link },
  { "neighbors", "neighbours", N_ ("ID"), N_ ("List what is next to a document there"), 1, 1,
    CLI_VERB_READS, cli_graph_way_options, cli_graph_neighbours },
  { "walk", NULL, N_ ("ID"), N_ ("List what can be reached from a document there"), 1, 1,
    CLI_VERB_READS, cli_graph_way_options, cli_graph_walk },
  CLI_COMMON_VERBS,
  { NULL },
};

const CliGroup cli_group_docs = {
  .name = "docs",
  .aliases = "doc documents collection collections",
  .summary = N_ ("JSON documents, to be searched"),
  .verbs = verbs,
  .get = get_manager,
  .names = beaver_db_get_documents_names,
};
