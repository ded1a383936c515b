#!/usr/bin/env python3
"""Writes the tables of docs/cuda.md from what bench_cuda_graph_costs measured.

usage: cuda_tables.py [--check] [RESULT.json [PAGE.md]]

A table stands between <!-- table NAME --> and <!-- end -->. With --check nothing is written, and the exit code tells whether
the page is what it would be.
"""

import json
import math
import re
import statistics
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows])


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


def filled(page, data):
    def replace(found):
        return f"{found.group(1)}\n{TABLES[found.group(2)](data)}\n<!-- end -->"

    return re.sub(r"(<!-- table (\w+) -->)\n.*?<!-- end -->", replace, page, flags=re.DOTALL)


def main(arguments):
    check = "--check" in arguments
    paths = [Path(a) for a in arguments if a != "--check"]
    result = paths[0] if paths else ROOT / "bench" / "results" / "cuda_graph_costs_h200.json"
    page = paths[1] if len(paths) > 1 else ROOT / "docs" / "cuda.md"
    text = page.read_text(encoding="utf-8")
    new = filled(text, json.loads(result.read_text(encoding="utf-8")))
    if check:
        if new != text:
            print(f"{page}: its tables are not those of {result}; run tools/cuda_tables.py")
        return 1 if new != text else 0
    page.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
