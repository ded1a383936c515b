#!/usr/bin/env python3
"""Holds every umbrella header to its budget of preprocessed lines.

Lines and not seconds, because a count is the same on every machine with the same compiler.
usage: check_preprocessed_lines.py [--compiler g++] [--include DIR] [--system-include DIR] [--budget FILE] [--without NAME]...
The budget (tools/preprocessed_lines.txt) has one line per umbrella: its name and how many lines it may have.
"""

import argparse
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def read_budget(path):
    budget = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        line = line.split("#")[0].split()
        if line:
            budget[line[0]] = int(line[1])
    return budget


def preprocessed_lines(arguments, header):
    command = [arguments.compiler, "-std=c++20", "-E", "-P", "-x", "c++", "-DONNX_ML=1", "-DONNX_NAMESPACE=onnx"]
    command += [f"-I{arguments.include}", *(f"-isystem{path}" for path in arguments.system_include), "-"]
    output = subprocess.run(command, input=f"#include <{header}>\n", capture_output=True, text=True, check=False)
    if output.returncode != 0:
        sys.exit(f"{header} cannot be preprocessed:\n{output.stderr}")
    return output.stdout.count("\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--compiler", default="g++")
    parser.add_argument("--include", type=Path, default=ROOT / "include")
    parser.add_argument("--system-include", action="append", default=[])
    parser.add_argument("--without", action="append", default=[], help="an umbrella whose dependencies are not here")
    parser.add_argument("--budget", type=Path, default=ROOT / "tools" / "preprocessed_lines.txt")
    arguments = parser.parse_args()

    budget = read_budget(arguments.budget)
    umbrellas = [f"opara/{path.name}" for path in sorted((arguments.include / "opara").glob("*.hpp"))]
    problems = [f"{name} has a budget but does not exist" for name in budget if name not in umbrellas]
    for name in umbrellas:
        if Path(name).stem in arguments.without:
            print(f"{name:24}  SKIPPED: what it needs is not on this machine")
            continue
        lines = preprocessed_lines(arguments, name)
        if name not in budget:
            problems.append(f"{name} has {lines} lines and no budget")
        elif lines > budget[name]:
            problems.append(f"{name} has {lines} lines, {lines - budget[name]} more than its budget")
        print(f"{name:24} {lines:8} of {budget.get(name, 0):8}")
    for problem in problems:
        print(f"FAILED: {problem}")
    return 1 if problems or not umbrellas else 0


if __name__ == "__main__":
    sys.exit(main())
