/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <beaver/beaver-error.h>
#include <glib/gi18n-lib.h>

/* G_DEFINE_QUARK() keeps the number in a plain variable, which is a race by the letter when threads
 * meet their first error at the same time, and that is what closing is about. */
GQuark
beaver_error_quark (void)
{
  static gsize quark;

  if (g_once_init_enter (&quark))
    g_once_init_leave (&quark, g_quark_from_static_string ("beaver-error-quark"));
  return (GQuark) quark;
}

/* What the library says to people it says in errors, so this file is part of every program. A
 * constructor, because a message may be wanted before any class was initialised. BEAVER_LOCALEDIR
 * is for programs run from the build tree. */
__attribute__ ((constructor)) static void
beaver_error_bind_text_domain (void)
{
  const char *dir = g_getenv ("BEAVER_LOCALEDIR");

  bindtextdomain (GETTEXT_PACKAGE, dir != NULL ? dir : LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
}
