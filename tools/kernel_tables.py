#!/usr/bin/env python3
"""Writes the tables of docs/kernels.md from what bench_cuda_networks measured with each version of the kernels.

usage: kernel_tables.py [--check] [RESULT.json [PAGE.md]]
"""

import sys

from network_tables import result
from page_tables import run, table

SUMS = {"fetched": "fetched", "given": "given"}
LAUNCHED = {"start": "when what is before has begun", "trigger": "when it begins its work"}
SIBLINGS = {"apart": "", "merged": ", siblings merged"}


def newer(data):
    """A line for each version of the kernels, and for each network the times of some plans in it."""
    networks = list(dict.fromkeys(n["network"] for n in data["networks"]))
    versions = list(dict.fromkeys((n["siblings"], n["sums"], n["launched"]) for n in data["networks"]))
    rows = []
    for siblings, sums, launched in versions:
        row = [SUMS[sums], LAUNCHED[launched] + SIBLINGS[siblings]]
        for network in networks:
            n = next(m for m in data["networks"]
                     if (m["network"], m["siblings"], m["sums"], m["launched"]) == (network, siblings, sums, launched))
            one_lane = [r for r in n["results"] if r["policy"] == "sequential" and r["programmatic"]]
            cells = [n["sum_of_operators_us"], result(n, "sequential")["period_us"]["median"],
                     min(r["period_us"]["median"] for r in one_lane), min(r["period_us"]["median"] for r in n["results"])]
            row.append(" / ".join(f"{us:.0f}" for us in cells))
        rows.append(row)
    return table(["sums of a cluster", "a kernel is launched"] + networks, rows)


def machine(data):
    m = data["machine"]
    return f"{m['gpu']}, driver {m['driver']}, CUDA runtime {m['cuda_runtime']}, opara {m['opara']}, {m['date']}."


TABLES = {"machine": machine, "newer": newer}


if __name__ == "__main__":
    sys.exit(run(TABLES, "cuda_kernels_h200.json", "kernels.md", sys.argv[1:]))
