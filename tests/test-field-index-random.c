/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Random operations on a dict, a log and documents whose fields are indexed now and then, by this
 * program and by others, and on a simple model of them: what a query finds never depends on it. */
#include "documents-test.h"
#include "model-test.h"

#define N_KEYS 16
#define N_MANAGERS 3

typedef enum
{
  SET,
  SET_AGAIN,
  REMOVE,
  FOREIGN_SET,
  FOREIGN_REMOVE,
  ROLLED_BACK,
  ADD_INDEX,
  REMOVE_INDEX,
  REINDEX,
  QUERY,
  QUERY_AGAIN,
  QUERY_SORTED,
  CLEAR,
  REOPEN,
  N_KINDS,
} Kind;

static const char *const kinds[N_KINDS] = {
  "set",       "set",          "remove",  "foreign set", "foreign remove", "rolled back set",
  "add index", "remove index", "reindex", "query",       "query",          "sorted query",
  "clear",     "reopen",
};

/* What a field may hold, with what a comparison goes by: nothing, a number, or a text. */
static const struct
{
  const char *json; /* NULL: the field is not there */
  char type;        /* '-', 'n', 't' */
  double number;
  const char *text;
} values[] = {
  { NULL, '-', 0, NULL },
  { "null", '-', 0, NULL },
  { "0", 'n', 0, NULL },
  { "1", 'n', 1, NULL },
  { "5", 'n', 5, NULL },
  { "5.0", 'n', 5, NULL },
  { "-2.5", 'n', -2.5, NULL },
  { "true", 'n', 1, NULL },
  { "false", 'n', 0, NULL },
  { "\"\"", 't', 0, "" },
  { "\"5\"", 't', 0, "5" },
  { "\"a\"", 't', 0, "a" },
  { "\"A\"", 't', 0, "A" },
  { "\"True\"", 't', 0, "True" },
  { "1e300", 'n', 1e300, NULL },
  { "[1]", 't', 0, "[1]" },
  { "\"\xc3\xa9\"", 't', 0, "\xc3\xa9" },
};
#define N_VALUES G_N_ELEMENTS (values)
/* Those that conditions can have: no list, which comes last but one, and not nothing. */
static const guint operands[] = { 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16 };

typedef struct
{
  BeaverDb *db;
  sqlite3 *raw;
  int value[N_MANAGERS][N_KEYS]; /* -1: there is no such item */
} World;

static gpointer
manager_of (World *w, guint which)
{
  g_autoptr (GError) error = NULL;
  gpointer manager = which == 0 ? (gpointer) beaver_db_get_dict (w->db, "x", &error) :
                     which == 1 ? (gpointer) beaver_db_get_log (w->db, "x", &error) :
                                  (gpointer) beaver_db_get_documents (w->db, "x", &error);

  g_assert_no_error (error);
  return manager;
}

static char *
body_of (guint value)
{
  return values[value].json == NULL ? g_strdup ("{\"other\": 5}") :
                                      g_strdup_printf ("{\"f\": {\"g\": %s}}", values[value].json);
}

static void
write_item (World *w, guint which, guint key, guint value)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *body = body_of (value);
  g_autofree char *id = g_strdup_printf ("%02u", key + 1);

  if (which == 0)
    beaver_dict_set_json (manager_of (w, which), id, body, NULL, &error);
  else if (which == 1)
    {
      g_autoptr (BeaverLogEntry) entry =
          beaver_log_append_json_at (manager_of (w, which), body, key + 1, NULL, &error);
    }
  else
    put (manager_of (w, which), id, body, BEAVER_INDEX_FLAGS_NONE);
  g_assert_no_error (error);
}

static void
write_foreign (World *w, guint which, guint key, int value)
{
  static const char *const tables[] = { "__beaver_dicts__ WHERE dict_name = 'x' AND key",
                                        "__beaver_logs__ WHERE log_name = 'x' AND timestamp",
                                        "__beaver_documents__ WHERE collection = 'x' AND item_id" };
  static const char *const inserts[] = {
    "INSERT OR REPLACE INTO __beaver_dicts__ (dict_name, key, value) VALUES ('x', %Q, %Q)",
    "INSERT OR REPLACE INTO __beaver_logs__ (log_name, timestamp, data) VALUES ('x', %s.0, %Q)",
    "INSERT OR REPLACE INTO __beaver_documents__ (collection, item_id, data) VALUES ('x', %Q, %Q)",
  };
  g_autofree char *id = g_strdup_printf ("%02u", key + 1);
  g_autofree char *body = value >= 0 ? body_of ((guint) value) : NULL;
  char *sql = value >= 0 ? sqlite3_mprintf (inserts[which], id, body) :
              which == 1 ? sqlite3_mprintf ("DELETE FROM %s = %s.0", tables[which], id) :
                           sqlite3_mprintf ("DELETE FROM %s = %Q", tables[which], id);

  raw_exec (w->raw, sql);
  sqlite3_free (sql);
}

/* Both are something. */
static int
compare (int a, int b)
{
  if (values[a].type != values[b].type)
    return values[a].type == 'n' ? -1 : 1;
  if (values[a].type == 't')
    return strcmp (values[a].text, values[b].text);
  return (values[a].number > values[b].number) - (values[a].number < values[b].number);
}

static gboolean
holds (int value, BeaverOperator op, int operand, int other)
{
  int order;

  if (op == BEAVER_OPERATOR_EXISTS)
    return values[value].json != NULL;
  if (values[value].type == '-')
    return FALSE;
  order = compare (value, operand);
  switch (op)
    {
    case BEAVER_OPERATOR_EQUAL:
      return order == 0;
    case BEAVER_OPERATOR_NOT_EQUAL:
      return order != 0;
    case BEAVER_OPERATOR_LESS:
      return order < 0;
    case BEAVER_OPERATOR_LESS_EQUAL:
      return order <= 0;
    case BEAVER_OPERATOR_GREATER:
      return order > 0;
    case BEAVER_OPERATOR_GREATER_EQUAL:
      return order >= 0;
    case BEAVER_OPERATOR_IN:
      return order == 0 || compare (value, other) == 0;
    case BEAVER_OPERATOR_BETWEEN:
      return order >= 0 && compare (value, other) <= 0;
    case BEAVER_OPERATOR_CONTAINS:
    case BEAVER_OPERATOR_EXISTS:
    default:
      g_assert_not_reached ();
    }
}

typedef struct
{
  World *world;
  guint which;
} Order;

/* By the field, nothing first, and then by the key. */
static int
compare_items (gconstpointer a, gconstpointer b, gpointer user_data)
{
  Order *order = user_data;
  guint x = *(const guint *) a, y = *(const guint *) b;
  int *of = order->world->value[order->which];
  gboolean x_none = values[of[x]].type == '-', y_none = values[of[y]].type == '-';
  int result = x_none || y_none ? (int) y_none - (int) x_none : compare (of[x], of[y]);

  return result != 0 ? result : (x > y) - (x < y);
}

static char *
found_keys (World *w, guint which, BeaverQuery *query)
{
  g_autoptr (GError) error = NULL;
  gpointer manager = manager_of (w, which);
  GString *keys = g_string_new (NULL);
  g_autoptr (GPtrArray) items = which == 0 ? beaver_dict_query (manager, query, NULL, &error) :
                                which == 1 ? beaver_log_query (manager, query, NULL, &error) :
                                             beaver_documents_search (manager, query, NULL, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < items->len; i++)
    if (which == 0)
      g_string_append_printf (keys, " %s", beaver_entry_get_key (items->pdata[i]));
    else if (which == 1)
      g_string_append_printf (keys, " %02.0f", beaver_log_entry_get_timestamp (items->pdata[i]));
    else
      g_string_append_printf (keys, " %s", beaver_hit_get_id (items->pdata[i]));
  return g_string_free (keys, FALSE);
}

static char *
check_query (World *w, const ModelOp *op, guint which, gboolean sorted)
{
  BeaverOperator how = (BeaverOperator) (op->b % 9);
  int operand = (int) operands[op->b / 16 % G_N_ELEMENTS (operands)];
  int other = (int) operands[op->c % G_N_ELEMENTS (operands)];
  gint64 limit = op->c / 32 % 4 == 0 ? (gint64) (op->c / 256 % 5) : -1;
  g_autofree char *json = NULL;
  g_autoptr (BeaverQuery) query = beaver_query_new ();
  g_autoptr (GArray) matching = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GString) expected = g_string_new (NULL);
  g_autofree char *got = NULL;
  Order order = { w, which };

  if (how == BEAVER_OPERATOR_CONTAINS)
    how = BEAVER_OPERATOR_EXISTS;
  json = how == BEAVER_OPERATOR_EXISTS ?
             NULL :
         how >= BEAVER_OPERATOR_IN ?
             g_strdup_printf ("[%s, %s]", values[operand].json, values[other].json) :
             g_strdup (values[operand].json);
  where (query, "f.g", how, json);
  beaver_query_set_limit (query, limit);
  if (sorted)
    g_assert_true (beaver_query_sort (query, "f.g", FALSE, NULL));
  for (guint i = 0; i < N_KEYS; i++)
    if (w->value[which][i] >= 0 && holds (w->value[which][i], how, operand, other))
      g_array_append_val (matching, i);
  if (sorted)
    g_array_sort_with_data (matching, compare_items, &order);
  for (guint i = 0; i < matching->len && (limit < 0 || i < limit); i++)
    g_string_append_printf (expected, " %02u", g_array_index (matching, guint, i) + 1);
  got = found_keys (w, which, query);
  if (strcmp (got, expected->str) == 0)
    return NULL;
  return g_strdup_printf ("manager %u, operator %d, %s: got%s, expected%s", which, how, json, got,
                          expected->str);
}

static char *
apply (World *w, const char *path, const ModelOp *op)
{
  guint which = op->a % N_MANAGERS, key = op->a / 8 % N_KEYS, value = op->b % N_VALUES;
  BeaverManager *manager = manager_of (w, which);
  g_autoptr (GError) error = NULL;
  /* a log keeps what it has */
  gboolean can_set = which != 1 || w->value[which][key] < 0;
  g_autofree char *id = g_strdup_printf ("%02u", key + 1);

  switch ((Kind) op->kind)
    {
    case SET:
    case SET_AGAIN:
      if (!can_set)
        break;
      write_item (w, which, key, value);
      w->value[which][key] = (int) value;
      break;
    case REMOVE:
      if (which == 1)
        break;
      if (which == 2)
        drop ((BeaverDocuments *) manager, id);
      else if (w->value[which][key] >= 0)
        g_assert_true (beaver_dict_remove ((BeaverDict *) manager, id, NULL, &error));
      w->value[which][key] = -1;
      break;
    case FOREIGN_SET:
      write_foreign (w, which, key, (int) value);
      w->value[which][key] = (int) value;
      break;
    case FOREIGN_REMOVE:
      write_foreign (w, which, key, -1);
      w->value[which][key] = -1;
      break;
    case ROLLED_BACK:
      {
        g_autoptr (BeaverTransaction) transaction = beaver_db_begin (w->db, NULL, &error);

        g_assert_no_error (error);
        if (can_set)
          write_item (w, which, key, value);
        g_assert_true (beaver_transaction_rollback (transaction, &error));
        break;
      }
    case ADD_INDEX:
      g_assert_true (beaver_manager_add_index (manager, "f.g", NULL, &error));
      break;
    case REMOVE_INDEX:
      if (op->b % 4 == 0)
        g_assert_true (beaver_manager_remove_index (manager, "f.g", NULL, &error));
      break;
    case REINDEX:
      g_assert_cmpint (beaver_manager_reindex (manager, NULL, NULL, NULL, &error), >=, 0);
      break;
    case QUERY:
    case QUERY_AGAIN:
      return check_query (w, op, which, FALSE);
    case QUERY_SORTED:
      return check_query (w, op, which, TRUE);
    case CLEAR:
      if (op->b % 64 != 0)
        break;
      g_assert_cmpint (beaver_manager_clear (manager, NULL, &error), >=, 0);
      memset (w->value[which], -1, sizeof w->value[which]);
      break;
    case REOPEN:
      if (op->b % 512 != 0)
        break;
      raw_close (w->raw);
      g_assert_true (beaver_db_close (w->db, &error));
      g_clear_object (&w->db);
      w->db = beaver_db_open (path, NULL, &error);
      w->raw = raw_open (path);
      break;
    case N_KINDS:
    default:
      g_assert_not_reached ();
    }
  g_assert_no_error (error);
  return NULL;
}

static char *
run (const char *path, const ModelOp *ops, guint n, guint *at)
{
  g_autoptr (GError) error = NULL;
  World w = { beaver_db_open (path, NULL, &error), NULL, { { 0 } } };
  char *complaint = NULL;

  g_assert_no_error (error);
  w.raw = raw_open (path);
  memset (w.value, -1, sizeof w.value);
  for (*at = 0; *at < n && complaint == NULL; (*at)++)
    complaint = apply (&w, path, &ops[*at]);
  if (complaint != NULL)
    (*at)--;
  raw_close (w.raw);
  g_assert_true (beaver_db_close (w.db, &error));
  g_clear_object (&w.db);
  return complaint;
}

static void
test_model (Fixture *f, gconstpointer data)
{
  model_test (f, run, kinds, N_KINDS, 100000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  beaver_test_add ("/field-index-random/model", test_model);

  return g_test_run ();
}
