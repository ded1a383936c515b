#!/usr/bin/env python3
"""Writes the tables of docs/planning.md from what bench_planning measured (Google Benchmark's JSON).

usage: planning_tables.py [--check] [RESULT.json [PAGE.md]]
"""

import sys

from page_tables import run, table

NETWORKS = ["googlenet", "inception_v3", "nasnet_large", "deepfm", "bert_base", "t5_small"]
FAMILIES = ["chain", "diamond", "layered", "series_parallel", "grid", "dense"]
SIZES = [1000, 10_000, 100_000]


def steps(data):
    """{(step, subject, policies or ""): benchmark}: plan/grid/1000/single+topological is (plan, grid/1000, single+topological)."""
    found = {}
    for b in data["benchmarks"]:
        step, *rest = [part for part in b["name"].split("/") if ":" not in part and part != "manual_time"]
        policies = rest.pop() if step == "plan" else ""
        found[step, "/".join(rest), policies] = b
    return found


def rows_of(found, subject):
    """What is measured of a subject, in the order of the file: (step, policies)."""
    return [(step, policies) for step, s, policies in found if s == subject]


def label(step, policies):
    return f"`{policies}`" if step == "plan" else step


def ratio(value):
    return f"{value:.1f}" if value < 10 else f"{value:.0f}"


def machine(data):
    c = data["context"]
    return (
        f"{c['num_cpus']} cores at {c['mhz_per_cpu']} MHz, load {c['load_avg'][0]:.1f} when it began, g++ {c['opara_compiler']}, "
        f"Boost {c['opara_boost'].replace('_', '.')}, opara {c['opara_version']}, {c['date'][:10]}."
    )


def with_spread(b):
    """A ratio, and between which ones it was where it was measured several times."""
    spread = f" ({ratio(b['ratio_least'])} to {ratio(b['ratio_most'])} in {b['repetitions']} measurements)" if "ratio_least" in b else ""
    return ratio(b["ratio"]) + spread


def networks(data):
    found = steps(data)
    rows = [
        [label(step, policies)] + [ratio(found[step, n, policies]["ratio"]) for n in NETWORKS]
        for step, policies in rows_of(found, NETWORKS[0])
    ]
    return table(["step"] + [f"`{n}`" for n in NETWORKS], rows)


def aims(data):
    """What was aimed at, and what was measured."""
    found = steps(data)
    plans = {key: b for key, b in found.items() if key[0] == "plan"}
    opara = "first_free_predecessor+alternating"

    def largest_growth(step):
        cases = {(f, p) for s, name, p in found if s == step for f in FAMILIES if name.startswith(f + "/")}
        grown = [
            (found[step, f"{f}/{SIZES[-1]}", p]["us_per_operator"] / found[step, f"{f}/{SIZES[0]}", p]["us_per_operator"], f, p)
            for f, p in cases
        ]
        worst, family, policies = max(grown)
        within = sum(g <= 2.5 for g, *_ in grown)
        return f"{within} of {len(grown)}; at worst {worst:.1f} ({policies + ', ' if policies else ''}{family})"

    most = max(b["peak_mb"] for (_, name, _), b in plans.items() if name.endswith(f"/{SIZES[-1]}"))
    return table(
        ["aim", "measured"],
        [
            [f"`{opara}` on NASNet-A-Large: at most 5 sorts", ratio(found["plan", "nasnet_large", opara]["ratio"])],
            ["`chain_cover` there: at most 40 (Nimble published 258 ms)",
             ratio(found["plan", "nasnet_large", "chain_cover+topological"]["ratio"])],
            ["one simulation there: at most 20", with_spread(found["simulate", "nasnet_large", ""])],
            ["a plan's time for each operator grows by at most 2.5 from 10^3 to 10^5", largest_growth("plan")],
            ["a simulation's, too", largest_growth("simulate")],
            ["10^5 operators are planned in 200 MB", f"{most:.0f} MB"],
        ],
    )


def times(data):
    found = steps(data)
    rows = []
    for step, policies in rows_of(found, NETWORKS[0]):
        rows.append([label(step, policies)] + [f"{found[step, n, policies]['us']:.0f}" for n in NETWORKS])
    return table(["step, us"] + [f"`{n}`" for n in NETWORKS], rows)


def growth(data):
    found = steps(data)
    rows = []
    for step, policies in rows_of(found, f"{FAMILIES[0]}/{SIZES[0]}"):
        cells = []
        for family in FAMILIES:
            small, _, large = (found[step, f"{family}/{n}", policies]["us_per_operator"] for n in SIZES)
            cells.append(f"{1e3 * small:.0f}, {1e3 * large:.0f}: {large / small:.1f}")
        rows.append([label(step, policies)] + cells)
    return table(["step"] + FAMILIES, rows)


def memory(data):
    found = steps(data)
    rows = []
    for step, policies in rows_of(found, f"{FAMILIES[0]}/{SIZES[0]}"):
        rows.append([label(step, policies)] + [f"{found[step, f'{f}/{SIZES[-1]}', policies]['peak_mb']:.0f}" for f in FAMILIES])
    return table(["step, MB"] + FAMILIES, rows)


TABLES = {"machine": machine, "aims": aims, "networks": networks, "times": times, "growth": growth, "memory": memory}

if __name__ == "__main__":
    sys.exit(run(TABLES, "planning.json", "planning.md", sys.argv[1:]))
