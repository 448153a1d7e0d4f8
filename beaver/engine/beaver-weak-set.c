/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <beaver/engine/beaver-weak-set-private.h>

struct _BeaverWeakSet
{
  GMutex lock;
  GPtrArray *
      refs; /* (lock lock) (element-type GWeakRef) allocated one by one: a GWeakRef must not move */
  guint sweep_at; /* (lock lock) size at which dead references are dropped */
};

static void
weak_ref_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

BeaverWeakSet *
_beaver_weak_set_new (void)
{
  BeaverWeakSet *self = g_new0 (BeaverWeakSet, 1);

  g_mutex_init (&self->lock);
  self->refs = g_ptr_array_new_with_free_func (weak_ref_free);
  self->sweep_at = 16;
  return self;
}

void
_beaver_weak_set_free (BeaverWeakSet *self)
{
  g_ptr_array_unref (self->refs);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* Collects the living into alive and forgets the dead. References are dropped by the caller,
 * without the lock. */
static void
collect (BeaverWeakSet *self, GPtrArray *alive)
{
  for (guint i = 0; i < self->refs->len;)
    {
      gpointer object = g_weak_ref_get (g_ptr_array_index (self->refs, i));

      if (object == NULL)
        {
          g_ptr_array_remove_index_fast (self->refs, i);
          continue;
        }
      g_ptr_array_add (alive, object);
      i++;
    }
  self->sweep_at = MAX (16, self->refs->len * 2);
}

void
_beaver_weak_set_add (BeaverWeakSet *self, gpointer object)
{
  GWeakRef *ref = g_new0 (GWeakRef, 1);
  g_autoptr (GPtrArray) alive = g_ptr_array_new_with_free_func (g_object_unref);

  g_weak_ref_init (ref, object);
  g_mutex_lock (&self->lock);
  if (self->refs->len >= self->sweep_at)
    collect (self, alive);
  g_ptr_array_add (self->refs, ref);
  g_mutex_unlock (&self->lock);
}

GPtrArray *
_beaver_weak_set_get (BeaverWeakSet *self)
{
  GPtrArray *alive = g_ptr_array_new_with_free_func (g_object_unref);

  g_mutex_lock (&self->lock);
  collect (self, alive);
  g_mutex_unlock (&self->lock);
  return alive;
}

guint
_beaver_weak_set_count (BeaverWeakSet *self)
{
  g_autoptr (GPtrArray) alive = _beaver_weak_set_get (self);

  return alive->len;
}
