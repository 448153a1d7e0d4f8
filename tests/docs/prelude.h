/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the fragments in the documentation use without saying where it comes from. */
#include <math.h>

#include <beaver.h>

extern BeaverDb *db;
extern GError *error;
extern GApplication *application;
extern BeaverDict *settings, *accounts, *dict;
extern BeaverLog *visits;
extern BeaverChannel *news;
extern BeaverList *tasks;
extern BeaverQueue *jobs;
extern BeaverLock *lock;
extern BeaverLockGuard *guard;
extern BeaverSketch *seen;
extern BeaverDocuments *articles;
extern BeaverGraph *people;
extern BeaverMessage *message;
extern BeaverEntry *entry;
extern gpointer user_data;

void write_report (void);
void send_mail (const char *json);
void handle (BeaverMessage *message);
