#!/usr/bin/env python3
"""Writes the table of half precision in docs/cuda_engine.md from what bench_cuda_networks measured.

usage: half_tables.py [--check] [RESULT.json [PAGE.md]]
"""

import sys

from network_tables import operators_are, result
from page_tables import run, table


def best(network, searched):
    """The shortest period among the policies' plans, or among the searched ones; nothing where there is none."""
    rows = [r for r in network["results"] if (r["variants"] == "searched") == searched]
    return min((r["period_us"]["median"] for r in rows), default=None)


def half(data):
    """Each network in each precision; gains are over the same network in TF32."""
    rows = []
    for n in data["networks"]:
        floats = next(m for m in data["networks"]
                      if m["precision"] == "tf32" and all(m[k] == n[k] for k in ("network", "fused", "batch")))

        def cell(us, of):
            if us is None:
                return "-"
            gain = f" ({of / us:.2f})" if n is not floats and of is not None else ""
            return f"{us:.1f}{gain}"

        sequential = [result(m, "sequential")["period_us"]["median"] for m in (n, floats)]
        rows.append([n["network"], operators_are(n), n["precision"], cell(*sequential)]
                    + [cell(best(n, searched), best(floats, searched)) for searched in (False, True)]
                    + [f"{max(r['distance_from_host'] for r in n['results']):.0e}"])
    return table(["network", "operators are", "precision", "sequential", "best policy", "searched", "from the host"], rows)


TABLES = {"half": half}


if __name__ == "__main__":
    sys.exit(run(TABLES, "cuda_half_h200.json", "cuda_engine.md", sys.argv[1:]))
