#!/usr/bin/env python3
"""Writes the table of docs/simulator.md about real networks from what bench_replay_corpus said of each plan.

usage: simulator_tables.py [--check] [RESULT.json [PAGE.md]]
       simulator_tables.py --read PLANS.md OTHER.json RESULT.json
           makes RESULT.json of what `bench_replay_corpus --plans` printed, measured on the machine that OTHER.json names
"""

import json
import statistics
import sys
from pathlib import Path

from network_tables import rank_correlation
from page_tables import run, table


def read(text, machine):
    """The rows of `bench_replay_corpus --plans`, a line of JSON each, and where they were measured."""
    rows = [[cell.strip() for cell in line.strip("| ").split("|")] for line in text.splitlines()[2:]]
    plans = [{"network": network, "plan": plan.strip("`"), "variants": variants, "edges": edges,
              "measured_us": float(measured), "simulated_us": float(simulated)}
             for network, plan, variants, edges, measured, simulated, _ in rows]
    return f"{{\"machine\": {json.dumps(machine)},\n \"plans\": [\n" + ",\n".join(json.dumps(p) for p in plans) + "]}\n"


def plans(data):
    """For each network and kind of edge how far the simulator is from what was measured."""
    rows = []
    for network in dict.fromkeys(p["network"] for p in data["plans"]):
        for edges in ("whole", "programmatic", "both"):
            some = [p for p in data["plans"] if p["network"] == network and edges in (p["edges"], "both")]
            errors = [100.0 * (p["simulated_us"] / p["measured_us"] - 1.0) for p in some]
            worst = max(range(len(some)), key=lambda i: abs(errors[i]))
            ranks = rank_correlation([p["simulated_us"] for p in some], [p["measured_us"] for p in some])
            rows.append([network, edges, len(some), f"{statistics.median(errors):+.1f} %",
                         f"{statistics.median(map(abs, errors)):.1f} %",
                         f"`{some[worst]['plan']}` {errors[worst]:+.1f} %", f"{ranks:.2f}"])
    return table(["network", "edges", "plans", "median error", "its size", "largest", "rank correlation"], rows)


TABLES = {"plans": plans}


if __name__ == "__main__":
    if sys.argv[1:2] == ["--read"]:
        said, other = (Path(a).read_text(encoding="utf-8") for a in sys.argv[2:4])
        Path(sys.argv[4]).write_text(read(said, json.loads(other)["machine"]), encoding="utf-8")
        sys.exit(0)
    sys.exit(run(TABLES, "simulated_plans_h200.json", "simulator.md", sys.argv[1:]))
