#!/usr/bin/env python3
"""Writes the tables of docs/verified.md from what bench/verified.py recorded, beside the published numbers.

usage: verified_tables.py [--check] [RESULT.json [PAGE.md]]
"""

import json
import shlex
import sys

from page_tables import ROOT, machine, run, table

PUBLISHED = ROOT / "bench" / "results" / "verified_published.json"


def published():
    rows = json.loads(PUBLISHED.read_text(encoding="utf-8"))["published"]
    return {(r["system"], r["layers"], r["ask"]): r for r in rows}


def seconds(x):
    return f"{x:.2g} s" if x < 10 else f"{x:.0f} s"


def commas(n):
    return f"{n:,}"


def start_of(proof):
    """The options that say where the system starts, in words."""
    return " from the whole initial set" if "--initial" in proof["options"] else ""


def formula_of(proof):
    return proof["formula"].replace("|", "\\|")  # or it would end the cell of the table


def is_published(proof):
    """Whether it is asked as in the publication: of no larger set, and for no more steps."""
    return "--initial" not in proof["options"] and "--steps" not in proof["options"]


def size_of(proof):
    """How much was explored."""
    if "tube" not in proof:
        return commas(proof["states"])
    boxes = proof["tube"]["boxes"]
    return "1 box" if boxes == 1 else f"{commas(boxes)} boxes"


def network_of(row):
    """Which network it is."""
    return f"`{row['system']}`, {row['layers']}" + (f", by `{row['program']}`" if "program" in row else "") + (
        f" with {row['blas']}" if "blas" in row else "")


def training_of(network):
    """What the training took."""
    t = network["training"]
    rounds = t.get("rounds")
    return f"{seconds(t['cpu_s'])}, " + (f"attempt {t['attempts']}" if rounds is None else
                                         "1 round" if rounds == 1 else f"{rounds} rounds")


def proofs_of(data):
    return [(n, p) for n in data["networks"] for p in n["proofs"]]


def results(data):
    rows = []
    for n, p in proofs_of(data):
        t = n["training"]
        rows.append([
            network_of(n), f"{p['paper']} `{formula_of(p)}`{start_of(p)}", p["verdict"],
            training_of(n), f"{t['reward']:.1f}",
            "tube" if "tube" in p else p["rounds"], size_of(p),
            f"{p['cpu_s']:.2g} s", f"{seconds(t['seconds'] + p['seconds'])}",
        ])
    return table(["system, layers", "property", "verdict", "training, CPU", "reward", "rounds", "states", "proof, CPU",
                  "both, on the clock"], rows)


def beside(data):
    theirs = published()
    rows = []
    for n, p in proofs_of(data):
        r = theirs.get((*n.get("published_as", (n["system"], n["layers"])), p["ask"]))
        if r is None or not is_published(p):
            continue
        log = sum(r["train_s"]) + sum(r["build_s"]) + sum(r["check_s"])
        cpu = n["training"]["cpu_s"] + p["cpu_s"]
        clock = n["training"]["seconds"] + p["seconds"]
        rows.append([
            network_of(n), p["paper"], len(r["train_s"]), commas(r["states"]), seconds(log),
            seconds(r["rerun_s"]) if r["rerun_s"] else "", seconds(cpu), seconds(clock),
            f"{(r['rerun_s'] or log) / clock:.0f}",
        ])
    return table(["system, layers", "property", "artifact: trainings", "states", "seconds in its log",
                  "seconds on a machine like ours", "here: CPU", "here: clock", "ratio"], rows)


def commands(data):
    lines = []
    for n in data["networks"]:
        lines.append(shlex.join([n.get("program", "opara_train"), n["system"], *n["train"]]))
        for p in n["proofs"]:
            lines.append("  " + shlex.join(["opara_verify", n["system"], "--controller", f"{n['name']}.json", "--property",
                                            p["ask"], *p["options"]]))
    return "```\n" + "\n".join(lines) + "\n```"


if __name__ == "__main__":
    sys.exit(run({"machine": machine, "results": results, "beside": beside, "commands": commands}, "verified.json", "verified.md",
                 sys.argv[1:]))
