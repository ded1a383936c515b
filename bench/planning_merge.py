#!/usr/bin/env python3
"""Puts rows that were measured again into what bench_planning measured.

usage: planning_merge.py ALL.json AGAIN.json > planning.json

AGAIN.json is from a run with --benchmark_repetitions: of each of its rows, the repetition with the median ratio takes the
place of the row in ALL.json, and says how many there were and how far their ratios lie apart.
"""

import json
import sys


def name_of(benchmark):
    return benchmark["name"].split("/repeats:")[0]


def main(everything, again):
    with open(everything, encoding="utf-8") as file:
        data = json.load(file)
    with open(again, encoding="utf-8") as file:
        repeated = [b for b in json.load(file)["benchmarks"] if b["run_type"] == "iteration"]
    rows = {}
    for b in repeated:
        rows.setdefault(name_of(b), []).append(b)
    known = {name_of(b) for b in data["benchmarks"]}
    if unknown := sorted(rows.keys() - known):
        sys.exit(f"planning_merge.py: {everything} has no row {unknown[0]}")
    for i, old in enumerate(data["benchmarks"]):
        if some := sorted(rows.get(name_of(old), []), key=lambda b: b["ratio"]):
            middle = some[len(some) // 2]
            new = {**old, **{key: middle[key] for key in middle if key in old and key not in ("name", "run_name")}}
            new.update(repetitions=len(some), ratio_least=some[0]["ratio"], ratio_most=some[-1]["ratio"])
            data["benchmarks"][i] = new
    json.dump(data, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
