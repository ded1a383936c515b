#!/usr/bin/env python3
"""Writes the tables of docs/quadrotor.md from what bench/quadrotor.py recorded.

usage: quadrotor_tables.py [--check] [RESULT.json [PAGE.md]]
"""

import sys

from page_tables import machine, run, table


def told(found):
    if "peak" not in found:
        return found["verdict"]
    return f"{found['verdict']}{', safe on the way' if found['safe'] else ''}; {found['peak']:,} boxes, {found['cpu_s']:.2g} s"


def results(data):
    rows = [[r["seed"], f"{r['end']}, {r['episodes']:,} episodes, {r['steps']:,} steps", f"{r['evaluation']['mean']:.1f}",
             f"{r['evaluation']['worst']:.1f}", *(told(r[k]) if k in r else "not asked" for k in ("corner", "whole"))]
            for r in data["runs"]]
    return table(["seed", "training", "reward, mean of 100 episodes", "worst", "goal, from a sixteenth", "from the whole set"], rows)


if __name__ == "__main__":
    sys.exit(run({"machine": machine, "results": results}, "quadrotor.json", "quadrotor.md", sys.argv[1:]))
