#!/usr/bin/env python3
"""Writes the table of docs/quadrotor.md from what bench/quadrotor.py recorded.

usage: quadrotor_tables.py [--check] [RESULT.json [PAGE.md]]
"""

import sys

from page_tables import run, table


def results(data):
    rows = []
    for r in data["runs"]:
        tube = r.get("tube")
        rows.append([r["seed"], f"{r['end']}, {r['episodes']:,} episodes, {r['steps']:,} steps", f"{r['evaluation']['mean']:.1f}",
                     f"{r['evaluation']['worst']:.1f}", r.get("verdict", "not asked"),
                     ("yes" if tube["safe"] else "not known") if tube else "",
                     f"{tube['peak']:,}" if tube else "",
                     f"{r['cpu_s']:.3g} s" if tube else ""])
    return table(["seed", "training", "reward, mean of 100 episodes", "worst", "the goal is reached", "safe on the way", "boxes at once",
                  "CPU"], rows)


if __name__ == "__main__":
    sys.exit(run({"results": results}, "quadrotor.json", "quadrotor.md", sys.argv[1:]))
