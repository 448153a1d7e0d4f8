/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The smallest program that uses the library. */
#include <beaver.h>

int
main (int argc, char **argv)
{
  g_print ("libbeaver %s\n", BEAVER_VERSION_S);
  return 0;
}
