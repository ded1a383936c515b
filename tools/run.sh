#!/usr/bin/env bash
# The main job, once: plans a network with every policy, and ends with the table of what each is worth.
#   tools/run.sh [MODEL [options of opara_run]]    the default model is googlenet; tools/run.sh --help tells the rest
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
[ $# -gt 0 ] || set -- googlenet

"$root/tools/setup.sh"

# What the build says matters only if it fails: the table comes alone.
log=$(mktemp)
trap 'rm -f "$log"' EXIT
build() {
    cd "$root"
    cmake --preset release
    cmake --build --preset release --target opara_run -j "${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}"
}
if ! (build) >"$log" 2>&1; then
    cat "$log" >&2
    exit 1
fi

timeline=$root/build/release/timeline.svg
rm -f "$timeline"
"$root/build/release/bin/opara_run" --timeline "$timeline" "$@"
if [ -f "$timeline" ]; then
    echo
    echo "The best plan's timeline: $timeline"
fi
