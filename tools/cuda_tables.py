#!/usr/bin/env python3
"""Writes the tables of docs/cuda.md from what bench_cuda_graph_costs measured.

usage: cuda_tables.py [--check] [RESULT.json [PAGE.md]]
"""

import math
import statistics
import sys

from page_tables import run, table


def geometric_mean(values):
    return math.exp(statistics.mean(math.log(v) for v in values))


def named(row, name):
    return next(g for g in row["graphs"] if g["name"] == name)


def parallel(data):
    """The rows that the rules of emission can change at all."""
    return [row for row in data["random_graphs"] if not row["plan"].startswith("single")]


def machine(data):
    m, c = data["machine"], data["chains"]
    return (
        f"{m['gpu']}, {m['sms']} SMs, CUDA runtime {m['cuda_runtime']}, driver API {m['cuda_driver']}, "
        f"host compiler {m['compiler']}, opara {m['opara']}; simulated as `{data['model']}`. "
        f"A microsecond is {c['cycles_per_us']:.0f} cycles."
    )


def forks(data):
    rows = []
    for first in sorted({r["first_child_us"] for r in data["forks"]}):
        for r in data["forks"]:
            if r["first_child_us"] == first:
                rows.append(
                    [f"{first:.0f}", r["children"]]
                    + [f"{r[k]:.2f}" for k in ("no_relays_us", "limit_4_us", "limit_5_us", "limit_6_us", "simulated_us")]
                )
    return table(["first child, us", "children", "no relays", "4", "5", "6", "simulated, no relays"], rows)


def chains(data):
    rows = []
    for r in data["independent_chains"]:
        cells = [r["chains"]]
        for g in r["graphs"]:
            cells += [f"{g['period_us']['median']:.1f}", f"{g['latency_us']['median']:.1f}"]
        rows.append(cells + [f"{r['simulated_raw_us']:.1f}", f"{r['simulated_rooted_us']:.1f}"])
    return table(
        ["chains", "bare: period", "latency", "root and sink: period", "latency", "and relays: period", "latency",
         "simulated, bare", "simulated, root and sink"],
        rows,
    )


def rules(data):
    rows = []
    for name in [g["name"] for g in data["random_graphs"][0]["graphs"]]:
        graphs = [named(row, name) for row in parallel(data)]
        period = [g["period_ratio"]["median"] for g in graphs]
        latency = [g["latency_ratio"]["median"] for g in graphs]
        rows.append([f"`{name}`", f"{geometric_mean(period):.3f}", f"{min(period):.3f} to {max(period):.3f}",
                     f"{geometric_mean(latency):.3f}", f"{min(latency):.3f} to {max(latency):.3f}"])
    return table(["emission", "period, geometric mean", "range", "latency, geometric mean", "range"], rows)


def priorities(data):
    rows = [
        [f"`{g['name']}`", f"{g['period_us']['median']:.1f}", f"{g['period_us']['low']:.1f} to {g['period_us']['high']:.1f}",
         f"{g['latency_us']['median']:.1f}"]
        for g in data["priorities"]
    ]
    return table(["priorities", "period, us", "95 %", "latency, us"], rows)


def simulated(data):
    rows = []
    for row in data["random_graphs"]:
        rooted, raw = named(row, "planned_order_no_relays"), named(row, "captured")
        one, other = row["simulated_us"]["planned_order_no_relays"], row["simulated_us"]["captured"]
        period, latency = rooted["period_us"]["median"], raw["latency_us"]["median"]
        rows.append([f"{row['graph']} {row['operators']}", row["plan"], f"{one:.1f}", f"{period:.1f}",
                     f"{100 * (one / period - 1):+.1f} %", f"{other:.1f}", f"{latency:.1f}",
                     f"{100 * (other / latency - 1):+.1f} %"])
    return table(["graph", "plan", "root and sink: simulated", "period", "error", "captured: simulated", "latency", "error"],
                 rows)


TABLES = {"machine": machine, "forks": forks, "chains": chains, "rules": rules, "priorities": priorities,
          "simulated": simulated}

if __name__ == "__main__":
    sys.exit(run(TABLES, "cuda_graph_costs_h200.json", "cuda.md", sys.argv[1:]))
