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
import sys
import tempfile
from pathlib import Path

from measuring import ROOT, machine, measured, written

FOLDER = ROOT / "examples" / "drl" / "verified"


def row_of(network, train, verify, keep):
    row = {key: network[key] for key in ("name", "system", "layers", "train", "published_as") if key in network}
    with tempfile.TemporaryDirectory() as folder:
        controller = Path(folder) / f"{network['name']}.json"
        training = measured([train, network["system"], *network["train"], "--out", folder])
        log = json.loads(controller.with_suffix(".log.json").read_text(encoding="utf-8"))
        row["training"] = {"seconds": training.seconds, "cpu_s": training.cpu_s, "attempts": log["attempts"],
                           "episodes": len(log["episodes"]), "reward": log["evaluation"]["mean"]}
        if network["kept"]:
            kept = FOLDER / controller.name
            if keep:
                kept.write_bytes(controller.read_bytes())
            elif kept.read_bytes() != controller.read_bytes():
                sys.exit(f"{kept} is not what its training gives here")
        row["proofs"] = []
        for asked in network["properties"]:
            report = Path(folder) / "report.json"
            proof = measured([verify, network["system"], "--controller", controller, "--property", asked["ask"], "--report",
                              report, *asked["options"]], [0 if asked["verdict"] == "proved" else 1])
            found = json.loads(report.read_text(encoding="utf-8"))
            if found["verdict"] != asked["verdict"]:
                sys.exit(f"{network['name']}, {asked['ask']}: {found['verdict']}")
            row["proofs"].append({"paper": asked["paper"], "ask": asked["ask"], "options": asked["options"],
                                  "formula": found["property"], "initial": found["initial"], "seconds": proof.seconds,
                                  "cpu_s": proof.cpu_s, "rounds": len(found.get("rounds", [])), "cells": found["cells"],
                                  "states": found["states"], "verdict": found["verdict"]})
            if "tube" in found:
                row["proofs"][-1]["tube"] = {"steps": found["tube"]["steps"], "boxes": found["tube"]["peak"]}
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
    written(a.out, {"machine": machine(), "networks": rows})


if __name__ == "__main__":
    main()
