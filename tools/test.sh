#!/usr/bin/env bash
# Sets up a Debian 12 machine where needed, builds a preset and runs its tests.
#   tools/test.sh [preset]    the default is "ci": g++, warnings are errors, every test and check that CTest knows
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${1:-ci}

tools/setup.sh

# The tests on real networks and controllers need their files, which are not part of the library: without them they are
# reported as skipped.
if [ -z "${OPARA_MODELS-}" ] && [ -d ../shared/onnx ]; then
    OPARA_MODELS=$(cd ../shared/onnx && pwd)
    export OPARA_MODELS
fi
if [ -z "${OPARA_NETS-}" ] && [ -d ../shared/nets ]; then
    OPARA_NETS=$(cd ../shared/nets && pwd)
    export OPARA_NETS
fi

jobs=${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}
cmake --preset "$preset"
# One run shows all that is wrong: the build goes on after an error, and the tests that were built run.
code=0
cmake --build --preset "$preset" -j "$jobs" -- -k 0 || code=$?
ctest --preset "$preset" -j "$jobs" --output-junit "$PWD/build/$preset/junit.xml" || code=$?
exit "$code"
