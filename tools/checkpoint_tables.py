#!/usr/bin/env python3
"""Writes the tables of docs/checkpoints.md from what bench/checkpoints.py recorded.

usage: checkpoint_tables.py [--check] [RESULT.json [PAGE.md]]
"""

import sys

from page_tables import machine, run, table


def costs(data):
    rows = []
    for r in data["runs"]:
        each = max(r["always_cpu_s"] - r["never_cpu_s"], 0) / max(r["saves"], 1)
        size = f"{r['bytes'] / 1e6:.2g} MB" if "bytes" in r else f"{r['cuts']:,} cuts"
        rows.append([f"`{r['program']} {r['command']}`", size, f"{r['saves']:,}", f"{r['never_cpu_s']:.3g} s",
                     f"{r['always_cpu_s']:.3g} s", f"{1000 * each:.2g} ms", f"{100 * each / 10:.2g} %"])
    return table(["", "last file", "saved", "CPU, at the end alone", "CPU, each time", "a checkpoint", "of ten seconds"], rows)


if __name__ == "__main__":
    sys.exit(run({"machine": machine, "costs": costs}, "checkpoints.json", "checkpoints.md", sys.argv[1:]))
