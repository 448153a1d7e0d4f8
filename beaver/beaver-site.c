/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE /* dladdr() */
#include "config.h"

#include <beaver/beaver-site-private.h>

#if BEAVER_SITES
#include <dlfcn.h>
#include <execinfo.h>
#endif

/* The library's own calls come first, those of a binding behind them. */
#define MAX_FRAMES 24
#define MAX_TOLD 3

struct _BeaverSite
{
  int n;
  void *frames[MAX_FRAMES]; /* return addresses, the innermost first */
};

#if BEAVER_SITES

BeaverSite *
_beaver_site_new (void)
{
  BeaverSite *self = g_new (BeaverSite, 1);

  self->n = backtrace (self->frames, MAX_FRAMES);
  return self;
}

char *
_beaver_site_describe (const BeaverSite *self)
{
  g_autoptr (GString) text = g_string_new (NULL);
  Dl_info own, info;
  gboolean inside = FALSE;
  int told = 0;

  if (self == NULL || dladdr (_beaver_site_new, &own) == 0)
    return NULL;
  for (int i = 0; i < self->n && told < MAX_TOLD; i++)
    {
      g_autofree char *file = NULL;
      /* inside the call, not behind it */
      const char *address = (const char *) self->frames[i] - 1;

      if (dladdr (address, &info) == 0 || info.dli_fname == NULL)
        continue;
      inside |= info.dli_fbase == own.dli_fbase;
      /* what a sanitizer puts in front is nobody's */
      if (!inside || info.dli_fbase == own.dli_fbase)
        continue;
      file = g_path_get_basename (info.dli_fname);
      g_string_append_printf (text, "%s%s+0x%zx", told > 0 ? " < " : "", file,
                              (gsize) (address - (const char *) info.dli_fbase));
      told++;
    }
  return told > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

static GQuark
site_quark (void)
{
  return g_quark_from_static_string ("beaver-site");
}

void
_beaver_site_note (gpointer object)
{
  g_object_set_qdata_full (object, site_quark (), _beaver_site_new (),
                           (GDestroyNotify) _beaver_site_free);
}

const BeaverSite *
_beaver_site_of (gpointer object)
{
  return g_object_get_qdata (object, site_quark ());
}

#else

BeaverSite *
_beaver_site_new (void)
{
  return NULL;
}

char *
_beaver_site_describe (const BeaverSite *self)
{
  return NULL;
}

void
_beaver_site_note (gpointer object)
{
}

const BeaverSite *
_beaver_site_of (gpointer object)
{
  return NULL;
}

#endif

void
_beaver_site_free (BeaverSite *self)
{
  g_free (self);
}

void
_beaver_referenced_add (GPtrArray *objects, char *text, const BeaverSite *site)
{
  BeaverReferenced *self = g_new0 (BeaverReferenced, 1);

  self->text = text;
  self->site = _beaver_site_describe (site);
  g_ptr_array_add (objects, self);
}

void
_beaver_referenced_free (BeaverReferenced *self)
{
  g_free (self->text);
  g_free (self->site);
  g_free (self);
}
