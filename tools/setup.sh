#!/usr/bin/env bash
# Installs what a build needs, on Debian 12: nothing where it is there already, else with apt-get, as root.
#   tools/setup.sh            what the build, the tests and the examples need
#   tools/setup.sh --checks   and what only the checks of .ci/run need
set -euo pipefail

packages=(
    g++ cmake ninja-build ccache python3
    libboost-dev nlohmann-json3-dev libonnx-dev libprotobuf-dev
    libdnnl-dev ocl-icd-opencl-dev # oneDNN's CMake config wants OpenCL's, and its package does not depend on it
    libtorch-dev # for the agents of examples/drl
    doctest-dev libbenchmark-dev libmpfr-dev spin berkeley-abc
)
case "${1-}" in
    '') ;;
    # For clang: its sanitizers and fuzzer, and its OpenMP. graphviz reads the drawings that a test writes.
    --checks) packages+=(clang libclang-rt-14-dev libomp-dev clang-tidy doxygen graphviz python3-venv) ;;
    *) echo "usage: $0 [--checks]" >&2; exit 2 ;;
esac

if ! command -v dpkg-query >/dev/null; then
    echo "$0: not a Debian system; going on with what is installed" >&2
    exit 0
fi

missing=()
for package in "${packages[@]}"; do
    status=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$status" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
    echo "$0: please install: ${missing[*]}" >&2
    exit 1
fi
echo "installing: ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
