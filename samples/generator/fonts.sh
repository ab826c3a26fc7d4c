#!/bin/sh
# Fetch the fonts named in fonts.txt from the npm registry into a cache outside the repository, and turn
# their woff2 files into TrueType, which Pillow and reportlab read. Nothing here is committed.
# Needs npm and the Python packages of requirements.txt. Cache: $FAXTRIAGE_FONTS, default ~/.cache/faxtriage-fonts.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cache=${FAXTRIAGE_FONTS:-${XDG_CACHE_HOME:-$HOME/.cache}/faxtriage-fonts}
python=${PYTHON:-python3}
mkdir -p "$cache/npm"
grep -v '^#' "$here/fonts.txt" | while read -r package version _; do
    name=${package#@fontsource/}
    [ -e "$cache/npm/$name-$version" ] && continue
    work=$(mktemp -d)
    (cd "$work" && npm pack --silent "$package@$version" >/dev/null && tar xzf ./*.tgz)
    mkdir -p "$cache/npm/$name"
    for weight in 400 700; do
        file="$work/package/files/$name-latin-$weight-normal.woff2"
        if [ -e "$file" ]; then cp "$file" "$cache/npm/$name/$weight.woff2"; fi
    done
    rm -rf "$work"
    : > "$cache/npm/$name-$version"
done
"$python" - "$cache" <<'PY'
import pathlib, sys
from fontTools.ttLib import TTFont
cache = pathlib.Path(sys.argv[1])
for woff in sorted(cache.glob("npm/*/*.woff2")):
    target = cache / f"{woff.parent.name}-{woff.stem}.ttf"
    if not target.exists():
        font = TTFont(woff, recalcTimestamp=False)
        font.flavor = None
        font.save(target)
print(f"{len(list(cache.glob('*.ttf')))} fonts in {cache}", file=sys.stderr)
PY
