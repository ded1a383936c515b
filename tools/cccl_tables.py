#!/usr/bin/env python3
"""Writes the tables of docs/cccl.md from what bench_cccl measured.

usage: cccl_tables.py [--check] [RESULT.json [PAGE.md]]
"""

import sys

from page_tables import run, table


def seconds(x):
    return f"{1000 * x:.3g} ms" if x < 1 else f"{x:.3g} s"


def millions(x):
    return f"{x / 1e6:.3g} M"


def machine(data):
    m = data["machine"]
    return (f"{m['gpu']}, {m['memory'] / 2**30:.0f} GiB; CUDA {m['runtime'] // 1000}.{m['runtime'] % 1000 // 10}; "
            f"host: {m['host_threads']} threads; opara {m['opara']}.")


def exploration(data):
    rows = []
    for r in data["runs"]:
        host = "host_seconds" in r
        rows.append([
            r["system"], f"{r['cells']:.2g}", r["lookup"], r.get("steps", "all"), f"{r['states']:,}",
            f"{r['transitions']:,}", seconds(r["seconds"]), millions(r["states_per_second"]), f"{r['seconds'] / r['transitions'] * 1e9:.2g} ns",
            seconds(r["predecessors_seconds"]) if "predecessors_seconds" in r else "no room",
            f"{r['host_seconds'] / r['seconds']:.0f}" if host else "", ("yes" if r["equal"] else "**no**") if host else "",
        ])
    return table(["system", "cells", "lookup", "steps", "states", "transitions", "time", "states/s", "a transition", "way back",
                  "host's time / this", "same system"], rows)


def checks(data):
    rows = []
    seen = set()
    for r in data["runs"]:
        graph = r["system"], r["states"], r["transitions"]  # with either lookup the same
        for c in r.get("checks", []) if graph not in seen else []:
            seen.add(graph)
            rows.append([r["system"], f"{r['states']:,}", f"`{c['formula']}`", seconds(c["seconds"]),
                         seconds(c["host_seconds"]), "yes" if c["equal"] else "**no**"])
    return table(["system", "states", "formula", "GPU", "host", "same"], rows)


def sorting(data):
    rows = []
    for s in data["sorts"]:
        rows.append([f"{s['names']:,}", seconds(s["sort_seconds"]), f"{s['sort_seconds'] / s['names'] * 1e9:.3g} ns"])
    return table(["names", "one radix sort", "a name"], rows)


if __name__ == "__main__":
    sys.exit(run({"machine": machine, "exploration": exploration, "checks": checks, "sorting": sorting}, "cccl_h200.json",
                 "cccl.md", sys.argv[1:]))
