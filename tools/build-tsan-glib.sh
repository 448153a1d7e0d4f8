#!/bin/sh
# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# usage: build-tsan-glib.sh DIRECTORY
#
# Builds the GLib of this machine's distribution, same version, with -fsanitize=thread into DIRECTORY, unless it is there
# already, and prints the LD_LIBRARY_PATH that puts it in front. ThreadSanitizer cannot see the order that a GMutex of an
# ordinary GLib makes (it is a bare futex) and would report a race for everything such a mutex guards.
#
# Needs no root: apt gets package lists of its own in DIRECTORY. Where apt has no source package, the release is taken
# from GNOME's server. Exit status 3: the source cannot be fetched.
set -eu

mkdir -p "$1"
dir=$(cd "$1" && pwd)
version=$(pkg-config --modversion glib-2.0)
path=$dir/build/glib:$dir/build/gobject:$dir/build/gio:$dir/build/gmodule

if [ "$(cat "$dir/done" 2>/dev/null)" = "$version" ]; then
  echo "$path"
  exit 0
fi

from_apt () {
  command -v apt-get >/dev/null || return 1
  rm -rf apt
  mkdir -p apt/lists/partial apt/archives/partial apt/sources
  for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    [ ! -f "$list" ] || sed -n 's/^deb /deb-src /p' "$list"
  done | grep -i debian >apt/sources/source.list || :
  for list in /etc/apt/sources.list.d/*.sources; do
    [ ! -f "$list" ] || ! grep -qi debian "$list" || sed 's/^Types:.*/Types: deb-src/' "$list" >"apt/sources/$(basename "$list")"
  done
  set -- -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$dir/apt/sources" -o Dir::State::lists="$dir/apt/lists" \
    -o Dir::Cache="$dir/apt" -o Dir::Cache::archives="$dir/apt/archives" -o APT::Sandbox::User= -o Acquire::Retries=2
  apt-get "$@" -qq update && apt-get "$@" -qq source --download-only glib2.0
}

from_gnome () {
  release=https://download.gnome.org/sources/glib/${version%.*}/glib-$version.tar.xz
  if command -v curl >/dev/null; then
    curl -fsSL --retry 2 -o "glib2.0_$version.orig.tar.xz" "$release"
  elif command -v wget >/dev/null; then
    wget -q -O "glib2.0_$version.orig.tar.xz" "$release"
  else
    return 1
  fi
}

{
  cd "$dir"
  if [ ! -f "glib2.0_$version.orig.tar.xz" ]; then
    from_apt || from_gnome || :
  fi
  if [ ! -f "glib2.0_$version.orig.tar.xz" ]; then
    echo "build-tsan-glib.sh: no source of GLib $version, neither from apt nor from download.gnome.org"
    exit 3
  fi
  rm -rf "glib-$version" build
  tar xf "glib2.0_$version.orig.tar.xz"
  CC=gcc meson setup build "glib-$version" -Dbuildtype=debugoptimized -Db_sanitize=thread -Db_lundef=false -Dtests=false \
    -Dinstalled_tests=false -Dselinux=disabled -Dlibmount=disabled -Dnls=disabled -Dxattr=false -Ddtrace=false -Dlibelf=disabled
  # the libraries alone
  ninja -C build $(ninja -C build -t targets all |
    sed -n 's,^\(\(glib\|gobject\|gio\|gmodule\)/lib[a-z]*-2\.0\.so\.0\.[0-9.]*\): .*,\1,p')
  rm -rf "glib-$version" apt
  echo "$version" >done
} >&2
echo "$path"
