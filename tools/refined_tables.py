#!/usr/bin/env python3
"""Writes the tables of docs/refine.md from what bench/refined.py recorded, beside the published numbers.

usage: refined_tables.py [--check] [RESULT.json [PAGE.md]]
"""

import shlex
import sys

from page_tables import machine, run, table
from verified_tables import commas, published, seconds


def option(words, name):
    """What follows an option; none if it is not there."""
    return words[words.index(name) + 1] if name in words else None


def others(words):
    """What a command says beyond system, property and seed."""
    left = list(words[1:])
    for name in ("--property", "--seed"):
        at = left.index(name)
        del left[at:at + 2]
    return f" `{shlex.join(left)}`" if left else ""


def results(data):
    rows = []
    for r in data["runs"]:
        words, last = r["command"], r["rounds"][-1]
        rows.append([
            f"`{words[0]}`{others(words)}", f"`{option(words, '--property')}`", option(words, "--seed"), r["verdict"],
            sum(x["episodes"] for x in r["rounds"]), f"{last['reward']:.1f}", sum(x["checks"] for x in r["rounds"]),
            commas(last["states"]), f"{r['cpu_s']:.2g} s" if r["cpu_s"] < 10 else f"{r['cpu_s']:.0f} s",
            f"{r['again']['verdict']}, {r['again']['cpu_s']:.2g} s" if "again" in r else "",
        ])
    return table(["system", "property", "seed", "outcome", "episodes", "reward", "checks", "states, last", "CPU, all",
                  "`opara_verify`, CPU"], rows)


def rounds(data):
    rows = []
    for r in data["runs"]:
        for k, x in enumerate(r["rounds"] if len(r["rounds"]) > 1 else []):
            words = r["command"]
            found = x["counterexample"] or "none"
            then = x["then"]
            if x["starts"]:
                then += f", {x['starts']} starts"
            if x["decisions_cut"]:
                then = then.replace("cells of the policy are cut", f"{x['decisions_cut']} cells of the policy are cut")
            rows.append([f"`{words[0]}`, `{option(words, '--property')}`, seed {option(words, '--seed')}" if k == 0 else "", k,
                         x["episodes"], f"{x['reward']:.1f}", x["checks"], commas(x["states"]), found, then])
    return table(["system, property", "round", "episodes", "reward", "checks", "states, last", "counterexample", "then"], rows)


def beside(data):
    rows = []
    for (system, layers, ask), theirs in published().items():
        ours = [r for r in data["runs"] if r["command"][0] == system and option(r["command"], "--property") == ask
                and "--episodes" not in r["command"] and "--penalty" not in r["command"]]
        if not ours or layers not in ("2 x 20", "2 x 32"):
            continue
        log = sum(theirs["train_s"]) + sum(theirs["build_s"]) + sum(theirs["check_s"])
        done = [r for r in ours if r["verified"]]
        spans = [sorted(f(r) for r in done) for f in (lambda r: len(r["rounds"]), lambda r: r["rounds"][-1]["states"],
                                                       lambda r: r["cpu_s"])]
        show = [(f"{a}" if a == b else f"{a} to {b}") for a, b in [(spans[0][0], spans[0][-1])]]
        rows.append([f"`{system}`, `{ask}`", len(theirs["train_s"]), commas(theirs["states"]), seconds(log),
                     seconds(theirs["rerun_s"]) if theirs["rerun_s"] else "", f"{len(done)} of {len(ours)}", show[0],
                     f"{commas(spans[1][0])} to {commas(spans[1][-1])}", f"{spans[2][0]:.2g} to {spans[2][-1]:.2g} s"])
    return table(["system, property", "artifact: trainings", "states", "seconds in its log", "on a machine like ours",
                  "here: verified", "trainings", "states", "CPU"], rows)


if __name__ == "__main__":
    sys.exit(run({"machine": machine, "results": results, "rounds": rounds, "beside": beside}, "refined.json", "refine.md", sys.argv[1:]))
