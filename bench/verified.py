#!/usr/bin/env python3
"""Trains the networks of examples/drl/verified again, proves their properties again, and records what it takes.

    bench/verified.py OPARA_TRAIN OPARA_VERIFY [--out FILE.json] [--only TEXT] [--keep]

A network that is kept there must come out of its training bit for bit, unless --keep writes it anew. --only measures
those whose name and layers, as in "b1_trainify-ddpg-1 2 x 20", have TEXT in them, and keeps the other rows of FILE.json
(default: bench/results/verified.json). Seconds are on the clock, CPU seconds are those of all threads; both are of whole
programs, from start to exit.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "examples" / "drl" / "verified"


def measured(command):
    """What a program printed, and its seconds and CPU seconds; it ends with 0 or this does not go on."""
    def cpu():
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime
    cpu_before, before = cpu(), time.monotonic()
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    seconds, cpu_seconds = time.monotonic() - before, cpu() - cpu_before
    if result.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: {result.stdout}{result.stderr}")
    return round(seconds, 3), round(cpu_seconds, 3)


def row_of(network, train, verify, keep):
    row = {key: network[key] for key in ("name", "system", "layers", "train", "published_as") if key in network}
    with tempfile.TemporaryDirectory() as folder:
        controller = Path(folder) / f"{network['name']}.json"
        seconds, cpu = measured([train, network["system"], *network["train"], "--out", folder])
        log = json.loads(controller.with_suffix(".log.json").read_text(encoding="utf-8"))
        row["training"] = {"seconds": seconds, "cpu_s": cpu, "attempts": log["attempts"], "episodes": len(log["episodes"]),
                           "reward": log["evaluation"]["mean"]}
        if network["kept"]:
            kept = FOLDER / controller.name
            if keep:
                kept.write_bytes(controller.read_bytes())
            elif kept.read_bytes() != controller.read_bytes():
                sys.exit(f"{kept} is not what its training gives here")
        row["proofs"] = []
        for asked in network["properties"]:
            report = Path(folder) / "report.json"
            seconds, cpu = measured([verify, network["system"], "--controller", controller, "--property", asked["ask"],
                                     "--report", report, *asked["options"]])
            found = json.loads(report.read_text(encoding="utf-8"))
            if found["verdict"] != asked["verdict"]:
                sys.exit(f"{network['name']}, {asked['ask']}: {found['verdict']}")
            row["proofs"].append({"paper": asked["paper"], "ask": asked["ask"], "options": asked["options"],
                                  "formula": found["property"], "initial": found["initial"], "seconds": seconds, "cpu_s": cpu,
                                  "rounds": len(found["rounds"]), "cells": found["cells"], "states": found["states"],
                                  "verdict": found["verdict"]})
    return row


def main():
    parser = argparse.ArgumentParser(description="Records what it takes to train and to prove the verified networks.")
    parser.add_argument("train")
    parser.add_argument("verify")
    parser.add_argument("--out", type=Path, default=ROOT / "bench" / "results" / "verified.json")
    parser.add_argument("--only", default="")
    parser.add_argument("--keep", action="store_true")
    a = parser.parse_args()
    old = json.loads(a.out.read_text(encoding="utf-8"))["networks"] if a.only and a.out.exists() else []
    rows = []
    for network in json.loads((FOLDER / "verified.json").read_text(encoding="utf-8"))["networks"]:
        if a.only in f"{network['name']} {network['layers']}":
            rows.append(row_of(network, a.train, a.verify, a.keep))
            print(json.dumps(rows[-1]), flush=True)
        else:
            rows += [r for r in old if (r["name"], r["layers"]) == (network["name"], network["layers"])]
    data = {"machine": {"hardware_threads": os.cpu_count()}, "networks": rows}
    a.out.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
