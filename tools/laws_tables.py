#!/usr/bin/env python3
"""Writes the tables of docs/laws.md from what bench/laws.py recorded.

usage: laws_tables.py [--check] [RESULT.json [PAGE.md]]
"""

import sys

from page_tables import machine, run, table


def results(data):
    rows = [[f"`{r['system']}`", r["width"], r["seed"], "a law" if r["head"] == "affine" else "a control",
             f"{r['end']}, {r['episodes']} episodes" + (f", attempt {r['attempts']}" if r["attempts"] > 1 else ""),
             f"{r['train_cpu_s']:.2g} s", f"{r['reward']:.1f}", f"{r['worst']:.0f}", r["verdict"], r["checks"],
             f"{r['states']:,}", f"{r['prove_cpu_s']:.2g} s"] for r in data["runs"]]
    return table(["system", "cells", "seed", "each cell has", "training", "CPU", "reward", "worst", "AF goal", "checks", "states, last",
                  "CPU"], rows)


if __name__ == "__main__":
    sys.exit(run({"machine": machine, "results": results}, "laws.json", "laws.md", sys.argv[1:]))
