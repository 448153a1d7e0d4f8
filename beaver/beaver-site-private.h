/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* Where the program made something: debug builds remember it, so that the close report can name it.
 * Other builds have no sites, and nothing here costs anything. */
typedef struct _BeaverSite BeaverSite;

/* The calls under way in this thread; NULL in a build without sites. */
BeaverSite *_beaver_site_new (void);
void _beaver_site_free (BeaverSite *self);
/* The innermost calls of the program outside the library, as "program+0x12ab", which addr2line
 * reads; NULL for none. */
char *_beaver_site_describe (const BeaverSite *self);

/* The same, kept with an object that is just being made. */
void _beaver_site_note (gpointer object);
const BeaverSite *_beaver_site_of (gpointer object);

/* What the program holds, for the close report: a text, and where it was made. */
typedef struct
{
  char *text;
  char *site; /* NULL: not known */
} BeaverReferenced;

/* Adds one to an array of them; takes text. */
void _beaver_referenced_add (GPtrArray *objects, char *text, const BeaverSite *site);
void _beaver_referenced_free (BeaverReferenced *self);

G_END_DECLS
