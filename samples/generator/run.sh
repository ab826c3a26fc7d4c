#!/bin/sh
# The generator in one command: its Python packages and fonts into a cache, then `python -m generator` with the given arguments.
# Without arguments it rewrites samples/inbox, truth.csv, roster.csv and inbox.md. Needs python3 with venv, and npm.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/faxtriage-generator
if ! cmp -s "$here/requirements.txt" "$cache/requirements.txt"; then
    python3 -m venv "$cache/python"
    "$cache/python/bin/pip" install --quiet -r "$here/requirements.txt"
    cp "$here/requirements.txt" "$cache/requirements.txt"
fi
PYTHON="$cache/python/bin/python" "$here/fonts.sh"
start=$PWD
cd "$here/.."
FAXTRIAGE_START="$start" exec "$cache/python/bin/python" -m generator "$@"
