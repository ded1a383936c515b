#!/usr/bin/env python3
"""Compiles a CUDA source to PTX and fails if that has a trap.

usage: check_device_traps.py NVCC SOURCE OPTION...

Where device code calls or refers to what only the host has, through functions that are constexpr, nvcc may write a trap
and say nothing. Assertions are traps, too, so the options must switch them off.
"""

import pathlib
import re
import subprocess
import sys
import tempfile


def main(arguments):
    if len(arguments) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    nvcc, source, *options = arguments
    with tempfile.TemporaryDirectory() as folder:
        ptx = pathlib.Path(folder) / "out.ptx"
        subprocess.run([nvcc, "-ptx", "-lineinfo", *options, "-o", str(ptx), source], check=True)
        lines = ptx.read_text(encoding="utf-8").splitlines()
    files = dict(re.findall(r'^\s*\.file\s+(\d+)\s+"([^"]*)"', "\n".join(lines), re.M))
    if not any(".entry" in line for line in lines):
        print(f"{source}: has no kernel, so nothing was checked")
        return 1
    place = "an unknown place"
    found = 0
    for line in lines:
        at = re.match(r"\s*\.loc\s+(\d+)\s+(\d+)", line)
        if at:
            place = f"{files.get(at[1], '?')}:{at[2]}"
        elif line.strip().rstrip(";") == "trap":
            found += 1
            print(f"{place}: a trap in the device code of {source}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
