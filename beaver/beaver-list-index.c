/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include <beaver/beaver-list-private.h>

/* The rowids of a list in their order.
 *
 * WHEN IT HOLDS. It was read in one state of the file (counter). It holds for a later state when
 * nobody else has committed in between (generation) and no write of ours to this list lies in
 * between (first_touch). A write notes its touch while it is uncommitted, as the counter that its
 * commit will have; when the commit is through, the patch brings the rowids to that state. A write
 * that was undone has noted a touch that never comes: that costs a reading of the rowids, never a
 * wrong answer. */

/* Farther away than this, reading all rowids pays off at the first access. */
#define NEAR 500

static inline gboolean
is_after (guint32 a, guint32 b)
{
  return (gint32) (a - b) > 0;
}

BeaverListIndex *
_beaver_list_index_new (void)
{
  BeaverListIndex *self = g_new0 (BeaverListIndex, 1);

  g_mutex_init (&self->lock);
  self->last_useful = TRUE;
  return self;
}

void
_beaver_list_index_free (gpointer data)
{
  BeaverListIndex *self = data;

  g_mutex_clear (&self->lock);
  g_free (self->rowids);
  g_free (self);
}

static void
forget_locked (BeaverListIndex *self)
{
  if (self->rowids != NULL)
    self->last_useful = self->uses >= 2;
  g_clear_pointer (&self->rowids, g_free);
  self->start = self->capacity = 0;
  self->known = FALSE;
  self->touched = FALSE;
  self->count = -1;
  self->accesses = 0;
  self->uses = 0;
}

static gboolean
holds_locked (BeaverListIndex *self, const BeaverChange *change)
{
  guint32 visible = change->counter + (change->writing ? 1 : 0);

  return self->known && self->generation == change->generation &&
         !is_after (self->counter, change->counter) &&
         (!self->touched || is_after (self->first_touch, visible));
}

gboolean
_beaver_list_index_get_count (BeaverListIndex *self, const BeaverChange *change, gint64 *count)
{
  gboolean known;

  g_mutex_lock (&self->lock);
  known = holds_locked (self, change) && self->count >= 0;
  *count = known ? self->count : -1;
  g_mutex_unlock (&self->lock);
  return known;
}

gboolean
_beaver_list_index_find (BeaverListIndex *self,
                         const BeaverChange *change,
                         gint64 index,
                         gint64 *rowid,
                         gint64 *position)
{
  gboolean known = FALSE;

  *rowid = 0;
  *position = -1;
  g_mutex_lock (&self->lock);
  if (holds_locked (self, change) && self->count >= 0)
    {
      if (index < 0)
        index += self->count;
      if (index < 0 || index >= self->count)
        known = TRUE;
      else if (self->rowids != NULL)
        {
          known = TRUE;
          self->uses++;
          *position = index;
          *rowid = self->rowids[self->start + index];
        }
    }
  g_mutex_unlock (&self->lock);
  return known;
}

gboolean
_beaver_list_index_wants_rowids (BeaverListIndex *self, const BeaverChange *change, gint64 index)
{
  gboolean far = index > NEAR || index < -NEAR;
  gboolean wants;

  g_mutex_lock (&self->lock);
  if (!holds_locked (self, change))
    {
      forget_locked (self);
      /* uncommitted changes are no state to keep */
      if (!change->writing && (!self->any_touch || !is_after (self->last_touch, change->counter)))
        {
          self->known = TRUE;
          self->generation = change->generation;
          self->counter = change->counter;
        }
    }
  wants = self->accesses++ > 0 || (far && self->last_useful);
  if (change->in_transaction ||
      (change->writing && self->any_touch && is_after (self->last_touch, change->counter)))
    wants = FALSE;
  g_mutex_unlock (&self->lock);
  return wants;
}

void
_beaver_list_index_set (BeaverListIndex *self,
                        const BeaverChange *change,
                        gint64 *rowids,
                        gint64 count)
{
  guint accesses;

  g_mutex_lock (&self->lock);
  if (self->any_touch && is_after (self->last_touch, change->counter + 1))
    {
      /* too late: writes have gone on, and which was the first is not known any more */
      g_mutex_unlock (&self->lock);
      g_free (rowids);
      return;
    }
  if (rowids == NULL && self->rowids != NULL && holds_locked (self, change))
    {
      g_mutex_unlock (&self->lock);
      return;
    }
  accesses = self->accesses;
  forget_locked (self);
  self->known = TRUE;
  self->accesses = accesses;
  self->generation = change->generation;
  self->counter = change->counter;
  self->count = count;
  self->rowids = rowids;
  self->capacity = count;
  self->touched = self->any_touch && is_after (self->last_touch, change->counter);
  self->first_touch = self->last_touch;
  g_mutex_unlock (&self->lock);
}

void
_beaver_list_index_touch (BeaverListIndex *self, const BeaverChange *change)
{
  guint32 at = change->counter + 1;

  g_mutex_lock (&self->lock);
  if (self->any_touch && self->last_touch == at)
    self->touch_count++;
  else
    {
      self->any_touch = TRUE;
      self->last_touch = at;
      self->touch_count = 1;
    }
  if (self->known && !self->touched)
    {
      self->touched = TRUE;
      self->first_touch = at;
    }
  g_mutex_unlock (&self->lock);
}

/* Room for one more, on the side where it is needed. */
static void
make_room_locked (BeaverListIndex *self, gboolean front)
{
  gint64 slack = self->count / 2 + 16;
  gint64 start = front ? slack : self->start;
  gint64 capacity = start + self->count + (front ? 16 : slack);
  gint64 *rowids = g_new (gint64, capacity);

  if (self->count > 0)
    memcpy (rowids + start, self->rowids + self->start, (gsize) self->count * sizeof (gint64));
  g_free (self->rowids);
  self->rowids = rowids;
  self->start = start;
  self->capacity = capacity;
}

static void
insert_locked (BeaverListIndex *self, gint64 position, gint64 rowid)
{
  gint64 *rowids;

  if (position == 0 && self->start == 0)
    make_room_locked (self, TRUE);
  else if (position > 0 && self->start + self->count == self->capacity)
    make_room_locked (self, FALSE);
  rowids = self->rowids + self->start;
  if (position == 0)
    {
      self->start--;
      rowids--;
    }
  else if (position < self->count)
    memmove (rowids + position + 1, rowids + position,
             (gsize) (self->count - position) * sizeof (gint64));
  rowids[position] = rowid;
}

static void
remove_locked (BeaverListIndex *self, gint64 position)
{
  gint64 *rowids = self->rowids + self->start;

  if (position == 0)
    self->start++;
  else
    memmove (rowids + position, rowids + position + 1,
             (gsize) (self->count - position - 1) * sizeof (gint64));
}

void
_beaver_list_index_apply (BeaverListIndex *self, const BeaverListPatch *patch)
{
  const BeaverChange *change = &patch->change;
  gint64 position = patch->position;

  if (patch->kind == BEAVER_LIST_PATCH_NONE || patch->kind == BEAVER_LIST_PATCH_DROP ||
      change->in_transaction)
    return;

  g_mutex_lock (&self->lock);
  /* The state before must be known, and this the only write behind it. */
  if (!self->known || self->count < 0 || self->generation != change->generation ||
      is_after (self->counter, change->counter) || self->last_touch != change->counter + 1 ||
      self->touch_count != 1 || !self->touched || self->first_touch != self->last_touch)
    {
      g_mutex_unlock (&self->lock);
      return;
    }
  switch (patch->kind)
    {
    case BEAVER_LIST_PATCH_INSERT:
      if (position < 0 || position > self->count)
        position = self->count;
      if (self->rowids != NULL)
        insert_locked (self, position, patch->rowid);
      self->count++;
      break;
    case BEAVER_LIST_PATCH_REMOVE:
      if (position < 0)
        position = self->count - 1;
      if (position >= self->count)
        {
          forget_locked (self);
          break;
        }
      if (self->rowids != NULL)
        remove_locked (self, position);
      self->count--;
      break;
    case BEAVER_LIST_PATCH_NONE:
    case BEAVER_LIST_PATCH_KEEP:
    case BEAVER_LIST_PATCH_DROP:
    default:
      break;
    }
  if (self->known)
    {
      self->counter = change->counter + 1;
      self->touched = FALSE;
    }
  g_mutex_unlock (&self->lock);
}
