#!/usr/bin/env python3
"""Writes the tables of docs/search.md from what bench_search found.

usage: search_tables.py [--check] [RESULT.json [PAGE.md]]
"""

import sys

from page_tables import run, table


def rows_of(data):
    """network -> moves -> the benchmark of that name."""
    found = {}
    for b in data["benchmarks"]:
        _, network, moves = b["name"].split("/")[:3]
        found.setdefault(network, {})[int(moves)] = b
    return found


def machine(data):
    c = data["context"]
    return (
        f"{c['num_cpus']} CPUs at {c['mhz_per_cpu']} MHz, compiler {c['opara_compiler']}, "
        f"opara {c['opara_version']}, {c['date'][:10]}; the library of benchmarks was a {c['library_build_type']} build."
    )


def gains(data):
    rows = []
    for network, by_moves in rows_of(data).items():
        few, many = by_moves[min(by_moves)], by_moves[max(by_moves)]
        rows.append(
            [network, f"{many['operators']:.0f}", f"{many['parts']:.0f}", f"{many['sequential']:.1f}",
             f"{many['policy']:.1f}", f"{few['searched']:.1f}", f"{many['searched']:.1f}",
             f"{100 * (1 - many['searched'] / many['policy']):.1f} %", f"{many['sequential'] / many['searched']:.2f}",
             f"{many['bound']:.1f}", f"{100 * (many['searched'] / many['bound'] - 1):.1f} %"]
        )
    counts = sorted(next(iter(rows_of(data).values())))
    return table(
        ["network", "operators", "parts", "sequential", "best policy", *(f"{n} moves" for n in counts),
         "gain over the policy", "speed-up", "lower bound", "above it"],
        rows,
    )


def policies(data):
    return table(
        ["network", "best policy"],
        [[network, f"`{by_moves[max(by_moves)]['label']}`"] for network, by_moves in rows_of(data).items()],
    )


def speeds(data):
    rows = []
    for network, by_moves in rows_of(data).items():
        b = by_moves[max(by_moves)]
        rows.append([network, f"{b['moves_per_second']:,.0f}", f"{b['simulations_per_second']:,.0f}",
                     f"{b['cpu_time'] / 1e3:.2f}"])
    return table(["network", "moves a second", "simulations a second", "seconds in all"], rows)


TABLES = {"machine": machine, "gains": gains, "policies": policies, "speeds": speeds}

if __name__ == "__main__":
    sys.exit(run(TABLES, "search_h200.json", "search.md", sys.argv[1:]))
