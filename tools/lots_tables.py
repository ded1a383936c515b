#!/usr/bin/env python3
"""Writes the tables of docs/lots.md from what bench/lots.py recorded.

usage: lots_tables.py [--check] [RESULT.json [PAGE.md]]
"""

import math
import sys

from page_tables import machine, run, table


def trainings(data):
    rows = [[f"`opara_train {t['system']} --head softmax {t['settings']}`", f"{t['end']}, {t['episodes']:,} episodes",
             f"{t['evaluation']['mean']:.1f}", f"{t['evaluation']['worst']:.0f}"] for t in data["trainings"]]
    return table(["training", "end", "reward by lot, mean of 100 episodes", "worst"], rows)


def down(x):  # never says more than is proved
    return f"{math.floor(x * 1e6) / 1e6:.6f}"


def up(x):
    if 0 < x < 1e-5:
        unit = 10.0 ** (math.floor(math.log10(x)) - 1)
        return f"{math.ceil(x / unit) * unit:.1e}"
    return f"{math.ceil(x * 1e6) / 1e6:.6f}"


def bounds(data):
    rows = []
    for b in data["bounds"]:
        p = b["probability"]
        s = p["simulation"]
        rows.append([f"`{b['system']}`", f"`{b['property']}`", b["steps"] or "no end", b["finer"], f"{b['states']:,}",
                     down(p["least"]), up(p["most"]), f"{s['yes'] / s['runs']:.5f}", up(p["failure"]["most"]),
                     f"{b['cpu_s']:.3g} s"])
    return table(["system", "property", "steps", "parts of a cell's side", "states", "probability at least", "at most",
                  "of 100,000 runs", "failure at most", "CPU"], rows)


if __name__ == "__main__":
    sys.exit(run({"machine": machine, "trainings": trainings, "bounds": bounds}, "lots.json", "lots.md", sys.argv[1:]))
