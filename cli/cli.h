/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <beaver/beaver.h>

G_BEGIN_DECLS

/* The command is one process that does one thing: what is asked for stands in one Cli, which every
 * sub-command is given, and options lie in static variables of the file that declares them. */

/* What the command answers to the shell; doc/command.md promises these numbers. */
typedef enum
{
  CLI_OK = 0,
  CLI_FAILED = 1,
  CLI_USAGE = 2,
  CLI_NOT_FOUND = 3,
  CLI_EMPTY = 4, /* nothing came in time */
  CLI_BUSY = 5,
  /* of commands that run a command, whose own answer is any of the numbers above */
  CLI_RUN_TIMEOUT = 124,
  CLI_RUN_FAILED = 125,
  CLI_RUN_REFUSED = 126,
  CLI_RUN_NOT_FOUND = 127,
  CLI_SIGNAL = 128, /* and the number of the signal: 130 after Ctrl-C */
} CliExit;

typedef enum
{
  CLI_FORMAT_AUTO,  /* a table on a terminal, lines in a pipe */
  CLI_FORMAT_TABLE, /* for eyes */
  CLI_FORMAT_LINES, /* one JSON value a line */
  CLI_FORMAT_JSON,  /* one JSON document, indented by two */
  CLI_FORMAT_RAW,   /* one JSON document on one line */
  CLI_FORMAT_TEXT,  /* strings as they are, columns between tabs */
} CliFormat;

typedef struct _Cli Cli;
typedef struct _CliVerb CliVerb;
typedef struct _CliGroup CliGroup;

typedef enum
{
  CLI_VERB_READS = 0,
  CLI_VERB_CREATES = 1 << 0, /* makes the file when there is none */
  CLI_VERB_STRICT = 1 << 1, /* options end at the first word: the rest is somebody else's command */
  CLI_VERB_NO_FILE = 1 << 2, /* opens no database by itself */
  CLI_VERB_KEYS = 1 << 3,    /* its first argument is a key of the structure */
  CLI_VERB_RUNS = 1 << 4,    /* answers with what a command answered */
} CliVerbFlags;

struct _CliVerb
{
  const char *name;
  const char *aliases;   /* (nullable), between spaces */
  const char *arguments; /* as the help shows them, translated when shown */
  const char *summary;   /* translated when shown */
  int min_args;
  int max_args; /* -1: as many as there are */
  CliVerbFlags flags;
  const GOptionEntry *options; /* (nullable) */
  /* The exit code, or -1 with error set */
  int (*run) (Cli *cli, GError **error);
};

/* A kind of structure: beaver FILE GROUP NAME VERB; or, without a name, one command. */
struct _CliGroup
{
  const char *name;
  const char *aliases;
  const char *summary;
  const CliVerb *verbs; /* ended by one without a name */
  const CliVerb
      *command; /* (nullable): the group is this command, and takes neither name nor verb */
  BeaverManager *(*get) (BeaverDb *db, const char *name, GError **error); /* (transfer none) */
  char **(*names) (BeaverDb *db, GCancellable *cancellable, GError **error);
  char **(*keys) (Cli *cli, const char *prefix, GError **error); /* (nullable), for completion */
  int (*list) (Cli *cli, GError **error); /* (nullable): instead of the names */
  /* (nullable): instead of get, where options say how it is opened */
  BeaverManager *(*open) (Cli *cli, GError **error);
  const GOptionEntry *options; /* (nullable), of every verb */
};

struct _Cli
{
  const char *path; /* borrowed */
  gboolean path_given;
  CliFormat asked;  /* by an option, or AUTO */
  CliFormat format; /* never AUTO once a command runs */
  gboolean terminal;
  gboolean colour;
  double busy_timeout; /* negative: the library's */
  GCancellable *cancellable;
  BeaverDb *db;
  const CliGroup *group;
  const CliVerb *verb;
  char *name;
  char **args; /* NULL-terminated */
  int n_args;
};

extern const CliGroup *const cli_groups[];

/* beaver.c */
BeaverDb *cli_open (Cli *cli, gboolean create, GError **error);
BeaverManager *cli_manager (Cli *cli, GError **error);
int cli_exit_of (const GError *error);
int cli_count (Cli *cli, GError **error);
int cli_clear (Cli *cli, GError **error);

/* clang-format off */
#define CLI_COUNT_VERBS \
  { "count", NULL, "", N_ ("Print how many entries there are"), 0, 0, CLI_VERB_READS, NULL, cli_count }, \
  { "clear", NULL, "", N_ ("Remove all entries and print how many there were"), 0, 0, CLI_VERB_READS, NULL, cli_clear }
#define CLI_COMMON_VERBS \
  { "dump", NULL, "", N_ ("Write it as JSON, or as lines of it with --jsonl"), 0, 0, CLI_VERB_READS, cli_dump_options, cli_dump }, \
  { "load", NULL, N_ ("[DUMP]"), N_ ("Read what dump has written, and print how many entries"), 0, 1, CLI_VERB_CREATES, cli_load_options, cli_load }, \
  CLI_COUNT_VERBS
/* clang-format on */

/* cli-args.c */
const CliGroup *cli_find_group (const char *word);
const CliVerb *cli_find_verb (const CliGroup *group, const char *word);
int cli_main (Cli *cli, int argc, char **argv, GError **error);
GOptionContext *
cli_option_context (Cli *cli, const CliGroup *group, const CliVerb *verb, char ***rest);
const GOptionEntry *cli_global_options (void);
gboolean cli_usage_error (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* cli-values.c */
char *cli_parse_value (const char *text, GError **error);
char *cli_value (Cli *cli, int index, GError **error);
gboolean cli_parse_time (const char *text, double *time, GError **error);
gboolean cli_parse_duration (const char *text, double *seconds, GError **error);
gboolean cli_parse_int (const char *text, gint64 *number, GError **error);
gboolean cli_parse_double (const char *text, double *number, GError **error);
gssize cli_read_fd (Cli *cli, int fd, char *buffer, gsize size, GError **error);
char *cli_read_stdin (Cli *cli, gsize *length, GError **error);
gboolean cli_check_text (const char *text, gsize length, GError **error);
char *cli_read_line (Cli *cli, GError **error);
char *cli_json_string (const char *text);
char *cli_json_double (double number);
double cli_now (void);
char *cli_format_time (double time);
char *cli_format_bytes (guint64 bytes);

/* cli-output.c */
void cli_put (const char *text);
gboolean cli_put_bytes (const char *bytes, gsize n_bytes, GError **error);
char *cli_beside (const char *path, const char *suffix);
gboolean cli_find_target (Cli *cli, const char *path, char **file, GError **error);
void cli_printf (const char *format, ...) G_GNUC_PRINTF (1, 2);
gboolean cli_flush (GError **error);
gboolean cli_put_value (Cli *cli, const char *json, GError **error);
gboolean cli_put_int (Cli *cli, gint64 number, GError **error);
void cli_say (Cli *cli, const char *format, ...) G_GNUC_PRINTF (2, 3);
char *cli_json_pretty (const char *json, gboolean colour, gboolean unescape);
char *cli_json_compact (const char *json);
char *cli_display (const char *json, gboolean bare);
int cli_width (const char *text);

/* cli-rows.c */
typedef enum
{
  CLI_COLUMN_TEXT,   /* a JSON string, shown without quotes */
  CLI_COLUMN_JSON,   /* any value, shown as JSON */
  CLI_COLUMN_TIME,   /* seconds since the epoch, shown as a date */
  CLI_COLUMN_NUMBER, /* shown on the right */
} CliColumnKind;

typedef struct
{
  const char *key;
  const char *title; /* translated when shown */
  CliColumnKind kind;
} CliColumn;

typedef struct _CliRows CliRows;
CliRows *cli_rows_new (Cli *cli, const CliColumn *columns, gboolean stream);
gboolean cli_rows_add (CliRows *self, const char *const *cells, GError **error);
gboolean cli_rows_end (CliRows *self, GError **error);
void cli_rows_free (CliRows *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliRows, cli_rows_free)
int cli_put_names (Cli *cli, char **names, const char *key, const char *title, GError **error);

/* cli-signals.c */
void cli_signals_start (Cli *cli);
int cli_signals_get (void);
gboolean cli_signals_hold (void);
void cli_signals_forward_to (GPid pid);
int cli_signals_forwarded (void);
gboolean cli_signals_arrived (void);
GCancellable *cli_signals_cancellable (void);
void cli_signals_pipe_closed (void);

/* cli-screen.c */
typedef struct _CliScreen CliScreen;
CliScreen *cli_screen_new (Cli *cli);
void cli_screen_begin (CliScreen *self);
void cli_screen_line (CliScreen *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
gboolean cli_screen_end (CliScreen *self, GError **error);
int cli_screen_columns (CliScreen *self);
void cli_screen_free (CliScreen *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliScreen, cli_screen_free)
char *cli_sparkline (const double *values, int n_values);
gboolean cli_wait (Cli *cli, double seconds, GError **error);

/* cli-progress.c */
typedef struct _CliProgress CliProgress;
CliProgress *cli_progress_new (Cli *cli, const char *title);
void cli_progress_tell (gint64 done, gint64 total, gpointer data);
void cli_progress_pulse (CliProgress *self);
void cli_progress_free (CliProgress *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliProgress, cli_progress_free)

/* cli-secret.c */
char *cli_secret_read (Cli *cli, const char *path, GError **error);
char *cli_secret_ask (Cli *cli, const char *prompt, gboolean twice, GError **error);
gboolean cli_secret_can_ask (void);
void cli_secret_wipe (char *secret);
void cli_secret_restore_terminal (void);

/* check.c */
extern const char *const cli_severities[];

/* transfer.c */
extern const GOptionEntry cli_dump_options[];
extern const GOptionEntry cli_load_options[];
int cli_dump (Cli *cli, GError **error);
int cli_load (Cli *cli, GError **error);

/* cli-run.c */
typedef struct
{
  char **environment;
  GBytes *input;    /* (nullable): what it reads; otherwise what this process would */
  GObject *watched; /* (nullable): its property lost ends the command */
  double period;    /* seconds between two calls of tick */
  gboolean (*tick) (gpointer data); /* (nullable): FALSE ends the command */
  gpointer data;
  /* how it went */
  gboolean started;
  gboolean lost;
} CliRun;
int cli_run_command (Cli *cli, char **argv, CliRun *run, GError **error);

/* graph.c */
extern const GOptionEntry cli_graph_link_options[];
extern const GOptionEntry cli_graph_way_options[];
int cli_graph_link (Cli *cli, GError **error);
int cli_graph_neighbours (Cli *cli, GError **error);
int cli_graph_walk (Cli *cli, GError **error);

/* query.c */
extern const GOptionEntry cli_query_options[];
BeaverQuery *cli_query_new (Cli *cli, GError **error);
int cli_query_explain (Cli *cli, GError **error);
int cli_indexes (Cli *cli, GError **error);
int cli_add_index (Cli *cli, GError **error);
int cli_remove_index (Cli *cli, GError **error);
int cli_reindex (Cli *cli, GError **error);

/* clang-format off */
#define CLI_INDEX_VERBS \
  { "explain", NULL, N_ ("[TEXT]"), N_ ("Print how a query would be answered"), 0, 1, CLI_VERB_READS, cli_query_options, cli_query_explain }, \
  { "indexes", NULL, "", N_ ("List the indexes of fields"), 0, 0, CLI_VERB_READS, NULL, cli_indexes }, \
  { "add-index", NULL, N_ ("FIELD"), N_ ("Index a field, so that queries for it are fast"), 1, 1, CLI_VERB_CREATES, NULL, cli_add_index }, \
  { "remove-index", NULL, N_ ("FIELD"), N_ ("Forget the index of a field"), 1, 1, CLI_VERB_READS, NULL, cli_remove_index }, \
  { "reindex", NULL, "", N_ ("Build the indexes anew"), 0, 0, CLI_VERB_READS, NULL, cli_reindex }
/* clang-format on */

/* info.c */
guint64 cli_file_size (const char *path, const char *suffix);
gboolean cli_for_each_structure (Cli *cli,
                                 gboolean (*each) (const CliGroup *group,
                                                   const char *name,
                                                   gint64 count,
                                                   gpointer data,
                                                   GError **error),
                                 gpointer data,
                                 GError **error);

/* queue-claim.c */
extern const GOptionEntry cli_queue_claim_options[];
extern const GOptionEntry cli_queue_nack_options[];
extern const GOptionEntry cli_queue_bury_options[];
extern const GOptionEntry cli_queue_extend_options[];
char *cli_job_to_json (BeaverJob *job);
int cli_queue_claim (Cli *cli, GError **error);
int cli_queue_ack (Cli *cli, GError **error);
int cli_queue_nack (Cli *cli, GError **error);
int cli_queue_bury (Cli *cli, GError **error);
int cli_queue_extend (Cli *cli, GError **error);

/* cli-live.c */
typedef struct
{
  char *name;
  char *holder;
  gint64 process_id;
  gint64 waiting;
  double expires_at;
} CliHeld;

typedef struct
{
  char *name;
  gint64 jobs[4]; /* by BeaverJobState */
} CliQueued;

typedef struct
{
  char *channel;
  char *name;
  gint64 lag;
  gboolean open;
} CliConsumer;

typedef struct
{
  GPtrArray *locks;     /* (element-type CliHeld) */
  GPtrArray *queues;    /* (element-type CliQueued) */
  GPtrArray *consumers; /* (element-type CliConsumer) */
} CliLive;
CliLive *cli_live_new (Cli *cli, GError **error);
void cli_live_append_json (CliLive *self, GString *out);
void cli_live_free (CliLive *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliLive, cli_live_free)
char *cli_live_shown (const char *text);
gint64 cli_live_commits (Cli *cli);

/* vectors.c */
int cli_vectors_near (Cli *cli, GError **error);

/* log-watch.c */
extern const GOptionEntry cli_log_watch_options[];
int cli_log_watch (Cli *cli, GError **error);

/* cli-complete.c, cli-help.c */
int cli_complete (int argc, char **argv);
void cli_help (Cli *cli, const CliGroup *group, const CliVerb *verb);
char *cli_usage (const CliGroup *group, const CliVerb *verb);
int cli_reference (void);

extern const CliGroup cli_group_backup;
extern const CliGroup cli_group_blob;
extern const CliGroup cli_group_channel;
extern const CliGroup cli_group_check;
extern const CliGroup cli_group_dict;
extern const CliGroup cli_group_docs;
extern const CliGroup cli_group_doctor;
extern const CliGroup cli_group_dump;
extern const CliGroup cli_group_events;
extern const CliGroup cli_group_export;
extern const CliGroup cli_group_graph;
extern const CliGroup cli_group_info;
extern const CliGroup cli_group_list;
extern const CliGroup cli_group_load;
extern const CliGroup cli_group_lock;
extern const CliGroup cli_group_log;
extern const CliGroup cli_group_migrate;
extern const CliGroup cli_group_queue;
extern const CliGroup cli_group_sketch;
extern const CliGroup cli_group_top;
extern const CliGroup cli_group_vectors;

G_END_DECLS
