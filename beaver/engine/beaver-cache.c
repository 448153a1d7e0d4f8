/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The value cache. What makes its answers current:
 *
 *  - A lookup compares the wal-index header with the one that the cache belongs to. A foreign
 * commit that had returned before the lookup began has changed the header.
 *  - Values are stored only by reads on the point connection outside a transaction, under its lock,
 *    when the header was the same before and after the read: so the read saw that very state.
 *  - A write of this process takes its keys out while it holds that lock, before its commit is
 *    visible, so nobody can store an old value again; after the commit the cache moves on to the
 *    new header when exactly one commit lies between (its own), and takes in what was written to
 *    keys that it had.
 *
 * The header is read by lookups without a lock: a sequence counter that is odd while it changes. */
#include "config.h"

#include <math.h>
#include <string.h>

#include <beaver/engine/beaver-cache-core-private.h>
#include <beaver/engine/beaver-core-private.h>

#define N_SHARDS 64
#define WAYS 8
#define MIN_SLOTS 16
#define MAX_SLOTS 8192
#define SHARD_BYTES (512 * 1024)
/* Above, the copy costs more than the statement. */
#define MAX_VALUE (64 * 1024)
/* Values of a transaction that are taken in after its commit. */
#define MAX_WRITTEN 64
/* Keys that were read once, by parts of their hashes: after the first KEEP_FIRST ones, what is read
 * a second time is kept, and one of so many that are new. So reading everything once costs little,
 * and drives out nothing. */
#define N_SEEN 16384
#define KEEP_FIRST 1000
#define KEEP_ONE_OF 8
/* Looks at a shard's lock before sleeping on it. */
#define SPINS 64

typedef struct
{
  guint64 hash;
  BeaverCacheValue *value; /* NULL: free */
} Slot;

typedef struct
{
  GMutex lock;
  guint n_slots;
  guint n_values;
  guint hand;  /* the next way to give up in a full set */
  guint sweep; /* the next slot to give up when there are too many bytes */
  gsize bytes;
  Slot *slots;
  gint64 hits;
  gint64 misses;
  gint64 unvalidated;
} __attribute__ ((aligned (64))) Shard; /* all (mutex lock) */

struct _BeaverCache
{
  gpointer memory;        /* where this was allocated, which is not aligned */
  gboolean usable;        /* constant: there is a header, or nobody else can write */
  gint64 timeout_us;      /* constant */
  guint64 epoch;          /* atomic; changed with point.lock */
  guint sequence;         /* atomic; odd while header changes */
  BeaverWalHeader header; /* words atomic; changed with point.lock: what is stored belongs to it */
  double newest_stamp;    /* (mutex point.lock) */
  guint64 stamp_epoch;    /* (mutex point.lock) when it was the newest */
  guint16 *seen;          /* (mutex point.lock) N_SEEN; NULL: none yet */
  guint n_new;            /* (mutex point.lock) */
  GMutex spaces_lock;
  GHashTable *spaces; /* (mutex spaces_lock) (element-type utf8 number) */
  Shard shards[N_SHARDS];
};

BeaverCache *
_beaver_cache_new (void)
{
  gpointer memory = g_malloc0 (sizeof (BeaverCache) + 63);
  BeaverCache *self = (gpointer) (((gsize) memory + 63) & ~(gsize) 63);

  self->memory = memory;
  self->epoch = 1;
  self->newest_stamp = -INFINITY;
  g_mutex_init (&self->spaces_lock);
  for (guint i = 0; i < N_SHARDS; i++)
    g_mutex_init (&self->shards[i].lock);
  return self;
}

static gsize
value_size (const BeaverCacheValue *value)
{
  return sizeof *value + value->key_length + (gsize) MAX (value->length, 0) + 2;
}

void
_beaver_cache_value_unref (BeaverCacheValue *self)
{
  if (__atomic_sub_fetch (&self->ref_count, 1, __ATOMIC_ACQ_REL) == 0)
    g_free (self);
}

void
_beaver_cache_free (BeaverCache *self)
{
  for (guint i = 0; i < N_SHARDS; i++)
    {
      Shard *shard = &self->shards[i];

      for (guint j = 0; j < shard->n_slots; j++)
        g_clear_pointer (&shard->slots[j].value, _beaver_cache_value_unref);
      g_free (shard->slots);
      g_mutex_clear (&shard->lock);
    }
  g_clear_pointer (&self->spaces, g_hash_table_unref);
  g_free (self->seen);
  g_mutex_clear (&self->spaces_lock);
  g_free (self->memory);
}

/* --- Header and epoch, with point.lock held */

static void
set_header (BeaverCache *self, const BeaverWalHeader *header)
{
  __atomic_store_n (&self->sequence, self->sequence + 1, __ATOMIC_RELAXED);
  __atomic_thread_fence (__ATOMIC_RELEASE);
  for (guint i = 0; i < G_N_ELEMENTS (header->word); i++)
    __atomic_store_n (&self->header.word[i], header->word[i], __ATOMIC_RELAXED);
  __atomic_store_n (&self->sequence, self->sequence + 1, __ATOMIC_RELEASE);
}

void
_beaver_cache_open (BeaverEngine *engine, double timeout)
{
  BeaverCache *self = engine->cache;
  BeaverWalHeader header = _beaver_wal_index_peek (&engine->wal_index);

  self->usable = engine->memory || engine->wal_index.map != NULL;
  self->timeout_us = (gint64) (MIN (timeout, 1e9) * G_USEC_PER_SEC);
  set_header (self, &header);
}

void
_beaver_cache_follow (BeaverEngine *engine, const BeaverWalHeader *header)
{
  BeaverCache *self = engine->cache;

  if (_beaver_wal_header_equal (header, &self->header))
    return;
  /* Before the header: who sees the new one must not find the old epoch. */
  __atomic_fetch_add (&self->epoch, 1, __ATOMIC_RELEASE);
  set_header (self, header);
}

gboolean
_beaver_cache_committed (BeaverEngine *engine, const BeaverWalHeader *header)
{
  BeaverCache *self = engine->cache;

  /* More than one commit since our BEGIN: another process was quick, and the next look ends the
   * epoch. */
  if (_beaver_wal_header_change (header) != _beaver_wal_header_change (&self->header) + 1)
    return FALSE;
  set_header (self, header);
  return TRUE;
}

guint64
_beaver_connection_get_epoch (BeaverConnection *self)
{
  BeaverCache *cache = self->engine->cache;
  BeaverWalHeader header;

  if (self != self->engine->point || !cache->usable)
    return 0;
  /* The commit makes sure that nobody came between; behind it the header is our own. */
  if (self->only == BEAVER_ONLY_RUNS)
    return cache->epoch;
  header = _beaver_wal_index_peek (&self->engine->wal_index);
  _beaver_cache_follow (self->engine, &header);
  return cache->epoch;
}

static void
forget_all (BeaverCache *self, guint32 space)
{
  for (guint i = 0; i < N_SHARDS; i++)
    {
      Shard *shard = &self->shards[i];

      g_mutex_lock (&shard->lock);
      for (guint j = 0; j < shard->n_slots; j++)
        {
          BeaverCacheValue *value = shard->slots[j].value;

          if (value == NULL || (space != 0 && value->space != space))
            continue;
          shard->bytes -= value_size (value);
          shard->n_values--;
          shard->slots[j].value = NULL;
          _beaver_cache_value_unref (value);
        }
      g_mutex_unlock (&shard->lock);
    }
}

static void
drop_written (BeaverConnection *connection)
{
  if (connection->written->len > 0)
    g_ptr_array_set_size (connection->written, 0);
}

void
_beaver_connection_end_epoch (BeaverConnection *self)
{
  if (self != self->engine->point)
    return;
  drop_written (self);
  self->epoch_ended = TRUE;
  __atomic_fetch_add (&self->engine->cache->epoch, 1, __ATOMIC_RELEASE);
  /* what cache-timeout would still show */
  forget_all (self->engine->cache, 0);
}

void
_beaver_connection_undone (BeaverConnection *self)
{
  drop_written (self);
  if (G_UNLIKELY (self->epoch_ended))
    _beaver_connection_end_epoch (self);
}

double
_beaver_connection_get_newest_stamp (BeaverConnection *self)
{
  BeaverCache *cache = self->engine->cache;
  guint64 epoch = _beaver_connection_get_epoch (self);

  return epoch != 0 && cache->stamp_epoch == epoch ? cache->newest_stamp : (double) -INFINITY;
}

/* When the row is undone the stamp is later than the newest, which does no harm. */
void
_beaver_connection_set_newest_stamp (BeaverConnection *self, double stamp)
{
  BeaverCache *cache = self->engine->cache;

  cache->stamp_epoch = _beaver_connection_get_epoch (self);
  cache->newest_stamp = stamp;
}

/* --- Shards */

guint32
_beaver_cache_get_space (BeaverEngine *engine, const char *topic)
{
  BeaverCache *self = engine->cache;
  guint32 space;

  g_mutex_lock (&self->spaces_lock);
  if (self->spaces == NULL)
    self->spaces = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  space = GPOINTER_TO_UINT (g_hash_table_lookup (self->spaces, topic));
  if (space == 0)
    {
      space = g_hash_table_size (self->spaces) + 1;
      g_hash_table_insert (self->spaces, g_strdup (topic), GUINT_TO_POINTER (space));
    }
  g_mutex_unlock (&self->spaces_lock);
  return space;
}

static guint64
hash_key (guint32 space, const char *key, gsize length)
{
  guint64 hash = (space + length) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  guint64 word;

  for (; length >= 8; key += 8, length -= 8)
    {
      memcpy (&word, key, 8);
      hash = (hash ^ word) * G_GUINT64_CONSTANT (0xff51afd7ed558ccd);
      hash ^= hash >> 32;
    }
  word = 0;
  for (gsize i = 0; i < length; i++)
    word |= (guint64) (guchar) key[i] << (8 * i);
  hash = (hash ^ word) * G_GUINT64_CONSTANT (0xc4ceb9fe1a85ec53);
  return hash ^ (hash >> 29);
}

static Shard *
lock_shard (BeaverCache *self, guint64 hash)
{
  Shard *shard = &self->shards[hash % N_SHARDS];

  for (guint i = 0; i < SPINS; i++)
    {
      if (g_mutex_trylock (&shard->lock))
        return shard;
#if defined(__x86_64__) || defined(__i386__)
      __builtin_ia32_pause ();
#endif
    }
  g_mutex_lock (&shard->lock);
  return shard;
}

/* The first of the WAYS slots in which the hash may be. */
static inline Slot *
find_set (Shard *shard, guint64 hash)
{
  return shard->slots + ((hash >> 8) & (shard->n_slots - 1) & ~(guint64) (WAYS - 1));
}

static Slot *
find_slot (Shard *shard, guint64 hash, guint32 space, const char *key, gsize length)
{
  Slot *set;

  if (shard->n_slots == 0)
    return NULL;
  set = find_set (shard, hash);
  for (guint i = 0; i < WAYS; i++)
    if (set[i].hash == hash && set[i].value != NULL && set[i].value->space == space &&
        set[i].value->key_length == length && memcmp (set[i].value->text, key, length) == 0)
      return &set[i];
  return NULL;
}

static gboolean
is_current (BeaverEngine *engine)
{
  BeaverCache *self = engine->cache;
  guint sequence = __atomic_load_n (&self->sequence, __ATOMIC_ACQUIRE);
  BeaverWalHeader ours, now;

  if (!self->usable)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (ours.word); i++)
    ours.word[i] = __atomic_load_n (&self->header.word[i], __ATOMIC_RELAXED);
  now = _beaver_wal_index_peek (&engine->wal_index);
  return (sequence & 1) == 0 && _beaver_wal_header_equal (&ours, &now) &&
         __atomic_load_n (&self->sequence, __ATOMIC_ACQUIRE) == sequence;
}

static BeaverCacheValue *
lookup (BeaverEngine *engine, guint32 space, const char *key)
{
  BeaverCache *self = engine->cache;
  BeaverCacheValue *value = NULL;
  gboolean current = is_current (engine);
  gsize length;
  guint64 hash;
  Shard *shard;
  Slot *slot;

  if (!current && self->timeout_us == 0)
    return NULL;
  length = strlen (key);
  hash = hash_key (space, key, length);
  shard = lock_shard (self, hash);
  slot = find_slot (shard, hash, space, key, length);
  if (slot != NULL)
    {
      if (current && slot->value->epoch == __atomic_load_n (&self->epoch, __ATOMIC_ACQUIRE))
        value = slot->value;
      else if (self->timeout_us > 0 &&
               g_get_monotonic_time () - slot->value->loaded < self->timeout_us)
        {
          value = slot->value;
          shard->unvalidated++;
        }
    }
  if (value != NULL)
    {
      __atomic_fetch_add (&value->ref_count, 1, __ATOMIC_RELAXED);
      shard->hits++;
    }
  else
    shard->misses++;
  g_mutex_unlock (&shard->lock);
  return value;
}

BeaverCacheValue *
_beaver_engine_lookup_cached (BeaverEngine *engine, guint32 space, const char *key)
{
  BeaverCacheValue *value = NULL;

  /* The mapping of the header goes when the last one is outside. */
  if (!_beaver_engine_enter (engine, NULL))
    return NULL;
  if (_beaver_engine_own_serial (engine) == 0)
    value = lookup (engine, space, key);
  _beaver_engine_leave (engine);
  return value;
}

static void
clear_slot (Shard *shard, Slot *slot)
{
  BeaverCacheValue *value = g_steal_pointer (&slot->value);

  if (value == NULL)
    return;
  shard->bytes -= value_size (value);
  shard->n_values--;
  _beaver_cache_value_unref (value);
}

/* Where hash goes: a free slot of its set, one that is over, or another one's. */
static Slot *
choose_slot (Shard *shard, guint64 hash, guint64 epoch)
{
  Slot *set = find_set (shard, hash);

  for (guint i = 0; i < WAYS; i++)
    if (set[i].value == NULL)
      return &set[i];
  for (guint i = 0; i < WAYS; i++)
    if (set[i].value->epoch != epoch)
      return &set[i];
  return &set[shard->hand++ % WAYS];
}

static void
grow (Shard *shard, guint64 epoch)
{
  Slot *old = shard->slots;
  guint n_old = shard->n_slots;

  shard->n_slots = MAX (MIN_SLOTS, n_old * 2);
  shard->slots = g_new0 (Slot, shard->n_slots);
  for (guint i = 0; i < n_old; i++)
    if (old[i].value != NULL)
      {
        Slot *slot = choose_slot (shard, old[i].hash, epoch);

        clear_slot (shard, slot);
        *slot = old[i];
      }
  g_free (old);
}

static BeaverCacheValue *
value_new (guint32 space,
           const char *key,
           gsize key_length,
           const char *text,
           gsize length,
           double expires_at)
{
  BeaverCacheValue *self = g_malloc (sizeof *self + key_length + length + 2);

  self->ref_count = 1;
  self->space = space;
  self->key_length = (guint32) key_length;
  self->length = text != NULL ? (gint32) length : -1;
  self->expires_at = expires_at;
  memcpy (self->text, key, key_length + 1);
  if (text != NULL)
    memcpy (self->text + key_length + 1, text, length);
  self->text[key_length + 1 + (text != NULL ? length : 0)] = '\0';
  return self;
}

/* Takes the value. */
static void
insert (BeaverCache *self, guint64 hash, BeaverCacheValue *value, guint64 epoch)
{
  Shard *shard;
  Slot *slot;

  value->epoch = epoch;
  value->loaded = self->timeout_us > 0 ? g_get_monotonic_time () : 0;
  shard = lock_shard (self, hash);
  slot = find_slot (shard, hash, value->space, value->text, value->key_length);
  if (slot == NULL)
    {
      /* so thin that a set is seldom full before the shard is as large as it may get */
      if (shard->n_values >= shard->n_slots / 4 && shard->n_slots < MAX_SLOTS)
        grow (shard, epoch);
      slot = choose_slot (shard, hash, epoch);
    }
  clear_slot (shard, slot);
  shard->bytes += value_size (value);
  shard->n_values++;
  for (; shard->bytes > SHARD_BYTES; shard->sweep++)
    clear_slot (shard, &shard->slots[shard->sweep & (shard->n_slots - 1)]);
  slot->hash = hash;
  slot->value = value;
  g_mutex_unlock (&shard->lock);
}

static gboolean
is_worth_keeping (BeaverCache *self, guint64 hash)
{
  guint16 mark = (guint16) (hash >> 48) | 1;
  guint16 *seen;

  if (self->seen == NULL)
    self->seen = g_new0 (guint16, N_SEEN);
  seen = &self->seen[(hash >> 24) % N_SEEN];
  if (*seen == mark)
    return TRUE;
  *seen = mark;
  self->n_new++;
  return self->n_new <= KEEP_FIRST || self->n_new % KEEP_ONE_OF == 0;
}

void
_beaver_cache_store (BeaverConnection *connection,
                     guint64 epoch,
                     guint32 space,
                     const char *key,
                     const char *value,
                     gsize length,
                     double expires_at)
{
  gsize key_length;
  guint64 hash;

  if (epoch == 0 || length > MAX_VALUE || !sqlite3_get_autocommit (connection->db))
    return;
  key_length = strlen (key);
  hash = hash_key (space, key, key_length);
  if (key_length > MAX_VALUE || !is_worth_keeping (connection->engine->cache, hash))
    return;
  insert (connection->engine->cache, hash,
          value_new (space, key, key_length, value, length, expires_at), epoch);
}

/* --- What a transaction writes, in the connection until its end */

/* key NULL: all of the space. */
static void
drop_written_key (BeaverConnection *connection, guint32 space, const char *key, gsize length)
{
  for (guint i = connection->written->len; i-- > 0;)
    {
      const BeaverCacheValue *value = g_ptr_array_index (connection->written, i);

      if (value->space == space &&
          (key == NULL || (value->key_length == length && memcmp (value->text, key, length) == 0)))
        g_ptr_array_remove_index_fast (connection->written, i);
    }
}

void
_beaver_cache_publish (BeaverEngine *engine, gboolean current)
{
  GPtrArray *written = engine->point->written;

  if (G_LIKELY (written->len == 0))
    return;
  if (current && engine->cache->usable)
    for (guint i = 0; i < written->len; i++)
      {
        BeaverCacheValue *value = g_ptr_array_index (written, i);

        __atomic_fetch_add (&value->ref_count, 1, __ATOMIC_RELAXED);
        insert (engine->cache, hash_key (value->space, value->text, value->key_length), value,
                engine->cache->epoch);
      }
  drop_written (engine->point);
}

/* Whether the key was there. */
static gboolean
take_out (BeaverCache *self, guint32 space, const char *key, gsize length)
{
  guint64 hash = hash_key (space, key, length);
  Shard *shard = lock_shard (self, hash);
  Slot *slot = find_slot (shard, hash, space, key, length);

  if (slot != NULL)
    clear_slot (shard, slot);
  g_mutex_unlock (&shard->lock);
  return slot != NULL;
}

void
_beaver_cache_replace (BeaverConnection *connection,
                       guint32 space,
                       const char *key,
                       const char *value,
                       double expires_at)
{
  gsize key_length = strlen (key);
  gsize length;
  gboolean hot = take_out (connection->engine->cache, space, key, key_length);
  guint before = connection->written->len;

  if (before > 0)
    drop_written_key (connection, space, key, key_length);
  hot = hot || connection->written->len < before;
  if (!hot || connection->written->len >= MAX_WRITTEN)
    return;
  length = strlen (value);
  if (length <= MAX_VALUE && key_length <= MAX_VALUE)
    g_ptr_array_add (connection->written,
                     value_new (space, key, key_length, value, length, expires_at));
}

void
_beaver_cache_forget (BeaverConnection *connection, guint32 space, const char *key)
{
  gsize length = key != NULL ? strlen (key) : 0;

  if (connection->written->len > 0)
    drop_written_key (connection, space, key, length);
  if (key == NULL)
    forget_all (connection->engine->cache, space);
  else
    take_out (connection->engine->cache, space, key, length);
}

void
_beaver_cache_get_stats (BeaverEngine *engine, BeaverCacheStats *stats)
{
  BeaverCache *self = engine->cache;

  *stats = (BeaverCacheStats){ 0 };
  stats->epochs = (gint64) __atomic_load_n (&self->epoch, __ATOMIC_RELAXED) - 1;
  for (guint i = 0; i < N_SHARDS; i++)
    {
      Shard *shard = &self->shards[i];

      g_mutex_lock (&shard->lock);
      stats->hits += shard->hits;
      stats->misses += shard->misses;
      stats->unvalidated += shard->unvalidated;
      stats->values += shard->n_values;
      stats->bytes += (gint64) (shard->bytes + shard->n_slots * sizeof (Slot));
      g_mutex_unlock (&shard->lock);
    }
}
