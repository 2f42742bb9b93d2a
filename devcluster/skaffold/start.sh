#!/bin/sh
# Starts the program from a copy of its source that can be written to. What skaffold has
# put there before the container was restarted is newer, and stays.
set -eu
target="${PYTHONPATH:?}"
mkdir -p "$target"
cp -Rn "${SOURCE_ROOT:-/source}/." "$target/"
exec python3 -m "${PROGRAM:?}"
