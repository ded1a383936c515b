#!/usr/bin/env python3
"""Puts what bench/training.py recorded, maybe in several goes and on several machines, into one file for the docs.

    bench/training_merge.py RESULT.json RECORDING.json...

The rows of a system come from one recording: the last that has some of it. RESULT.json says of each recording what
machine and versions it is of and which systems were taken from it. It may be one of the recordings, too: what others say
anew is replaced then, and what it has of other systems stays. Nothing is computed here.
"""

import json
import sys
from pathlib import Path

from measuring import written

ABOUT = ("machine", "versions", "jobs", "budget_s", "seconds")


def recordings_of(path):
    """(what a recording is of, its systems, its rows), for each that the file holds."""
    data = json.loads(path.read_text(encoding="utf-8"))
    parts = data.get("recordings") or [{**{k: data[k] for k in ABOUT}, "systems": [s["name"] for s in data["systems"]]}]
    for part in parts:
        systems = [s for s in data["systems"] if s["name"] in part["systems"]]
        yield {k: part[k] for k in ABOUT}, systems, data["runs"]


def merged(paths):
    taken = {}  # of each system: the recording's number, the system, its rows
    about = []
    for path in paths:
        for of, systems, runs in recordings_of(path):
            about.append(of)
            for system in systems:
                rows = [r for r in runs if r["system"] == system["name"]]
                if rows:
                    taken[system["name"]] = len(about) - 1, system, rows
    order = [name for name in systems_in_order(paths) if name in taken]
    recordings = [{**of, "systems": [n for n in order if taken[n][0] == k]} for k, of in enumerate(about)]
    return {"recordings": [r for r in recordings if r["systems"]], "systems": [taken[n][1] for n in order],
            "runs": [row for n in order for row in taken[n][2]]}


def systems_in_order(paths):
    """Their names in the order in which the files first tell them."""
    names = [s["name"] for path in paths for s in json.loads(path.read_text(encoding="utf-8"))["systems"]]
    return list(dict.fromkeys(names))


def main(arguments):
    if len(arguments) < 2:
        sys.exit(__doc__)
    result, paths = Path(arguments[0]), [Path(a) for a in arguments[1:]]
    written(result, merged(paths), "runs")


if __name__ == "__main__":
    main(sys.argv[1:])
