#!/usr/bin/env python3
"""Writes the tables of docs/tubes.md from what bench_reach_tubes measured, beside the published tool's numbers.

usage: tube_tables.py [--check] [RESULT.json [PAGE.md]]
"""

import json
import sys

from page_tables import ROOT, run, table

PUBLISHED = ROOT / "bench" / "results" / "reach_tubes_published.json"


def published():
    return json.loads(PUBLISHED.read_text(encoding="utf-8"))["tubes"]


def seconds(x):
    return f"{1000 * x:.2g} ms" if x < 0.1 else f"{x:.2g} s" if x < 100 else f"{x:.0f} s"


def name_of(row):
    wider = row.get("parts_wider")
    return f"`{row['name']}`" + (f", parts {' x '.join(f'{w:g}' for w in wider)} times as wide" if wider else "")


def machine(data):
    m = data["machine"]
    return (f"{m['cpu']}, {m['hardware_threads']} hardware threads, shared with other work; g++ {m['compiler']} -O3; "
            f"opara {m['opara']}.")


def times(data):
    theirs = published()
    rows = []
    for r in data["tubes"]:
        p = theirs[r["name"]]
        rows.append([
            name_of(r), seconds(r["seconds_2_threads"]), seconds(r["cpu_seconds_1_thread"]), seconds(p["wall_s"]),
            seconds(p["cpu_s"]), f"{p['cpu_s'] / r['cpu_seconds_1_thread']:.0f}",
        ])
    return table(["controller", "here: wall, 2 threads", "CPU, 1 thread", "artifact: wall, 2 processes", "CPU", "CPU ratio"], rows)


def verdicts(data):
    theirs = published()
    rows = []
    for r in data["tubes"]:
        p = theirs[r["name"]]
        rows.append([
            name_of(r), r["parts"], r["outcome"], "verified" if p["verified"] else "not verified", r["last_step"],
            # it counts the step in which the list of boxes is found empty
            p["last_step"] - 1 if p["verified"] else p["last_step"],
            r["peak"], p["peak"], f"{r['hull_beyond_published']:.1e}", f"{r['published_beyond_hull']:.1e}",
            f"{r['escapes']} of {r['runs']}",
        ])
    return table(["controller", "parts", "here", "artifact", "last step", "artifact", "peak boxes", "artifact",
                  "our hull beyond its", "its beyond ours", "runs that escape"], rows)


if __name__ == "__main__":
    sys.exit(run({"machine": machine, "times": times, "verdicts": verdicts}, "reach_tubes.json", "tubes.md", sys.argv[1:]))
