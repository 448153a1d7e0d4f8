/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <beaver/beaver-error.h>
#include <glib/gi18n-lib.h>

/* clang-format off: it would take the hyphens for minus signs */
G_DEFINE_QUARK (beaver-error-quark, beaver_error)
/* clang-format on */

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
