/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <beaver/beaver-error.h>

G_DEFINE_QUARK (beaver-error-quark, beaver_error)
