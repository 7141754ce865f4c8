#!/bin/sh
# Makes ./configure and what belongs to it. Needs autoconf, automake,
# autoconf-archive and pkg-config.
set -e
cd "$(dirname "$0")"
exec autoreconf --install --force
