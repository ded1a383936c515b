#!/usr/bin/env python3
"""Writes the table of docs/foreign.md from what bench/foreign.py recorded.

usage: foreign_tables.py [--check] [RESULT.json [PAGE.md]]
"""

import sys

from page_tables import run, table


def results(data):
    rows = [[f"`{r['system']}`", r["agent"].upper(), r["seed"], f"{r['steps']:,}", f"{r['training_cpu_s']:.0f} s",
             f"{r['reward']:.1f}", f"{r['worst']:.0f}", f"`{r['property']}`", f"{r['states']:,}", r["opara"], r["spin"]]
            for r in data["runs"]]
    return table(["system", "agent", "seed", "steps", "training, CPU", "reward", "worst", "property", "states",
                  "opara_verify", "SPIN"], rows)


if __name__ == "__main__":
    sys.exit(run({"results": results}, "foreign.json", "foreign.md", sys.argv[1:]))
