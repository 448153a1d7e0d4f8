/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* A set of GWeakRefs: knows objects without keeping them. Has its own lock; safe from any thread. */
typedef struct _BeaverWeakSet BeaverWeakSet;

BeaverWeakSet *_beaver_weak_set_new (void);
void _beaver_weak_set_free (BeaverWeakSet *self);
void _beaver_weak_set_add (BeaverWeakSet *self, gpointer object);
/* Strong references to what is still alive. The caller drops them without holding a lock. */
GPtrArray *_beaver_weak_set_get (BeaverWeakSet *self);
guint _beaver_weak_set_count (BeaverWeakSet *self);

G_END_DECLS
