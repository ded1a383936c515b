#!/usr/bin/env python3
"""Writes the tables of docs/abstraction.md from what bench_abstraction measured (--benchmark_out=FILE.json).

usage: abstraction_tables.py [--check] [RESULT.json [PAGE.md]]
       abstraction_tables.py --keep MEASURED.json RESULT.json   keeps of a measurement what the tables need
"""

import json
import sys
from pathlib import Path

from page_tables import run, table

FORMS = [
    ("`natural`", "form::natural"), ("`monotone`", "form::monotone"), ("`mean_value`", "form::mean_value"),
    ("`natural`, 2 x 2 pieces", "pieces<form::natural, 2>"), ("`natural`, 4 x 4 pieces", "pieces<form::natural, 4>"),
    ("`monotone`, 2 x 2 pieces", "pieces<form::monotone, 2>"),
    ("`mean_value`, 2 x 2 pieces", "pieces<form::mean_value, 2>"),
]


def named(data):
    return {b["name"]: b for b in data["benchmarks"]}


def millions(x):
    return f"{x / 1e6:.3g} M"


def nanoseconds(x):
    return f"{x:.0f} ns" if x < 1000 else f"{x / 1000:.1f} us"


def duration(s):
    return f"{1000 * s:.3g} ms" if s < 1 else f"{s:.3g} s"


def mebibytes(x):
    return f"{x / 2**20:.0f} MiB" if x < 2**30 else f"{x / 2**30:.2f} GiB"


def wall(b):
    return b["real_time"] * {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1}[b["time_unit"]]


def cpu(b):
    """Of a benchmark on one thread."""
    return b["cpu_time"] * {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1}[b["time_unit"]]


def machine(data):
    m = data["machine"]
    return (f"{m['cpu']}, {m['hardware_threads']} hardware threads, shared with other work (load average "
            f"{m['load'][0]:.1f} at the start); g++ {m['compiler']} -O3; opara {m['opara']}; {m['date']}.")


def intervals(data):
    b = named(data)
    rows = [
        ("`interval` (round to nearest, then outward)", "interval_outward", "yes"),
        ("the same without rounding", "interval_unsound", "no"),
        ("Boost.Interval 1.74, as it comes (sets the rounding mode in each operation)", "interval_boost",
         "yes, in a trial"),
        ("Boost.Interval, `unprotect`ed (the caller sets the mode once)", "interval_boost_unprotected",
         "if every thread sets the mode and the compiler moves nothing across it, which GCC does not promise"),
    ]
    return table(["", "steps/s", "sound"], [[what, millions(b[name]["items_per_second"]), sound] for what, name, sound in rows])


def forms(data):
    b = named(data)
    columns = [("B1", "b1", 2), ("B1", "b1", 20), ("B3", "b3", 2), ("B3", "b3", 20)]
    head = [""]
    for title, _, hundredths in columns:
        head += [f"{title}, cells of {hundredths / 100}", "time"]
    rows = []
    for title, form in FORMS:
        row = [title]
        for _, system, hundredths in columns:
            found = b[f"post<systems::{system}, {form}>/{hundredths}"]
            row += [f"{found['width']:.4f}", nanoseconds(1e9 / found["items_per_second"])]
        rows.append(row)
    return table(head, rows)


def speed(data):
    b = named(data)
    published = {"tanh": "1,700 to 2,850 (Python, interval post, on a 3.7 GHz Threadripper)", "relu": ""}
    rows = []
    for function in ("tanh", "relu"):
        found = b[f"build_b1/{function}"]
        rows.append([f"B1, network 2 x 20, {'ReLU' if function == 'relu' else function}, 1 thread", f"{found['states']:,.0f}",
                     f"{found['transitions']:,.0f}", f"{duration(cpu(found))} of CPU",
                     millions(found["states"] / cpu(found)), f"{found['plain_steps']:.0f}", published[function]])
    for steps, text in ((50, "12.6 M states in 95 minutes"), (73, "")):
        found = b[f"build_cart_pole/{steps}/iterations:1/real_time"]
        rows.append([f"CartPole, {steps} steps, {data['machine']['hardware_threads']} threads, at most "
                     f"{mebibytes(found['peak_bytes'])}", f"{found['states']:,.0f}", f"{found['transitions']:,.0f}",
                     f"{duration(found['cpu_seconds'])} of CPU, {duration(wall(found))} of wall clock",
                     millions(found["states"] / wall(found)),
                     f"{found['plain_steps']:.0f}", text])
    return table(["", "states", "transitions", "time", "states/s", "plain steps a state", "published (states/s)"], rows)


def checks(data):
    b = named(data)
    rows = []
    for steps in (50, 73):
        found = b[f"build_cart_pole/{steps}/iterations:1/real_time"]
        rows.append([f"CartPole, {steps} steps", f"{found['states']:,.0f}", f"{found['transitions']:,.0f}",
                     mebibytes(found["peak_bytes"]), mebibytes(found["checked_bytes"]),
                     f"{found['checked_bytes'] / found['states']:.0f}", duration(found["AG_seconds"]), duration(found["AF_seconds"])])
    return table(["", "states", "transitions", "most memory, built", "built and checked", "bytes a state",
                  "`AG balanced`, CPU time", "`AF unexplored`, CPU time"], rows)


def formulas(data):
    b = named(data)
    rows = [["`" + text.replace("|", "\\|") + "`", duration(cpu(b[f"check_ctl/{name}"]))] for name, text in
            (("AF", "AF goal"), ("AG", "AG safe"), ("AU_or_AG", "A[safe U goal] | AG safe"))]
    return table(["240,000 states, 960,000 transitions", "CPU time"], rows)


def growth(data):
    rows = []
    for b in data["benchmarks"]:
        if not b["name"].startswith("growth/"):
            continue
        states = b["states"]
        rows.append([f"{int(b['name'].split('/')[1]) / 1e6:g}", f"{states:,.0f}", f"{b['transitions'] / states:.2f}",
                     duration(b["cpu_seconds"]), f"{1e9 * b['cpu_seconds'] / states:.0f} ns",
                     f"{b['plain_steps']:.0f}", mebibytes(b["peak_bytes"]), f"{b['peak_bytes'] / states:.0f}"])
    return table(["cells of", "states", "transitions a state", "CPU time", "a state", "plain steps a state",
                  "most memory", "bytes a state"], rows)


def keep(measured, result):
    """Google Benchmark's JSON, without what is of no use and with the machine as the other results have it."""
    data = json.loads(Path(measured).read_text(encoding="utf-8"))
    c = data["context"]
    unused = {"family_index", "per_family_instance_index", "run_name", "run_type", "repetitions", "repetition_index", "threads"}
    kept = {
        "machine": {"cpu": c["cpu"], "hardware_threads": c["num_cpus"], "compiler": c["compiler"], "opara": c["opara"],
                    "load": c["load_avg"], "date": c["date"][:10]},
        "benchmarks": [{k: v for k, v in b.items() if k not in unused} for b in data["benchmarks"]],
    }
    Path(result).write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--keep"] and len(sys.argv) == 4:
        sys.exit(keep(*sys.argv[2:]))
    sys.exit(run({"machine": machine, "intervals": intervals, "forms": forms, "speed": speed, "formulas": formulas, "checks": checks,
                  "growth": growth}, "abstraction.json", "abstraction.md", sys.argv[1:]))
