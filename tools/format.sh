#!/usr/bin/env bash
# Formats every C++ and CUDA file of the project; with --check only says what would change, and fails if anything would.
# The version is pinned, because each one decides otherwise, and comes from PyPI: Debian 12's breaks requires clauses.
# The environment variable CLANG_FORMAT names another program of that version to use.
set -euo pipefail
cd "$(dirname "$0")/.."

version=19.1.7
tool=${CLANG_FORMAT:-build/tools/clang-format-$version/bin/clang-format}
if [ ! -x "$tool" ]; then
    python3 -m venv "build/tools/clang-format-$version"
    "build/tools/clang-format-$version/bin/pip" install --quiet --disable-pip-version-check "clang-format==$version"
fi

code=0
while IFS= read -r -d '' file; do
    case "${1-}" in
        '') "$tool" -i "$file" ;;
        # A comparison, because --dry-run also reports the end comment of `namespace opara::inline OPARA_ABI`, which
        # clang-format replaces by itself.
        --check) "$tool" "$file" | diff --unified --label "$file" --label "$file, formatted" "$file" - || code=1 ;;
        *) echo "usage: $0 [--check]" >&2; exit 2 ;;
    esac
done < <(find include examples tests bench \( -name '*.[ch]pp' -o -name '*.cu' -o -name '*.cuh' \) -print0)
exit "$code"
