/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Stands in for libFuzzer in an ordinary build: every file of the directory given, once, as TAP.
 * What a fuzzer has found goes into that directory and is looked at for ever. */
#include <gio/gio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
main (int argc, char **argv)
{
  g_autoptr (GDir) dir = argc > 1 ? g_dir_open (argv[1], 0, NULL) : NULL;
  const char *name;
  guint n = 0;

  if (dir == NULL)
    g_error ("%s: no corpus", argv[0]);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (argv[1], name, NULL);
      g_autofree char *contents = NULL;
      g_autofree guint8 *exact = NULL;
      gsize length;

      if (!g_file_get_contents (path, &contents, &length, NULL))
        g_error ("%s: cannot be read", path);
      /* not a byte more, so that AddressSanitizer sees what reads on */
      exact = memcpy (g_malloc (MAX (length, 1)), contents, length);
      LLVMFuzzerTestOneInput (exact, length);
      g_print ("ok %u - %s\n", ++n, name);
    }
  g_print ("1..%u\n", n);
  return n > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
