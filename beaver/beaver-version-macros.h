/* SPDX-FileCopyrightText: 2026 The libbeaver authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(BEAVER_INSIDE) && !defined(BEAVER_COMPILATION)
#error "Only <beaver/beaver.h> can be included directly."
#endif

#include <glib.h>
#include <beaver/beaver-version.h>

#ifndef _BEAVER_EXTERN
#define _BEAVER_EXTERN __attribute__ ((visibility ("default"))) extern
#endif

#define BEAVER_AVAILABLE_IN_ALL _BEAVER_EXTERN
#define BEAVER_AVAILABLE_IN_1_0 _BEAVER_EXTERN
