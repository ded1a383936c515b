#!/usr/bin/env python3
"""Trains the networks of examples/drl/verified again, proves their properties again, and records what it takes.

    bench/verified.py OPARA_TRAIN OPARA_VERIFY OPARA_REFINE [--openblas FOLDER] [--out FILE.json] [--only TEXT] [--keep]

A network must come out of its training as it is kept there, bit for bit, unless --keep writes it anew. --only measures
those whose name and layers, as in "b1_trainify-ddpg-1 2 x 20", have TEXT in them, and keeps the other rows of FILE.json
(default: bench/results/verified.json). Seconds are on the clock, CPU seconds are those of all threads; both are of whole
programs, from start to exit.

Networks with the member "blas" are trained with OpenBLAS in place of the BLAS that the programs find: FOLDER holds its
libblas.so.3 (default: where Debian's libopenblas0-pthread puts it). It is told to take the instructions of a Haswell
on every processor, as its sums depend on them, and one thread.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from measuring import ROOT, machine, measured, versions, written

OPENBLAS = Path("/usr/lib/x86_64-linux-gnu/openblas-pthread")
FOLDER = ROOT / "examples" / "drl" / "verified"


def shortened(text, digits, decimals):
    """A controller with so many significant digits in each number of its layers, and not more decimals, without blanks."""
    def rounded(value):
        if isinstance(value, list):
            return [rounded(v) for v in value]
        short = float(f"{value:.{digits}g}")
        return short if decimals is None else round(short, decimals) + 0.0  # no -0

    document = json.loads(text)
    for layer in document["layers"]:
        layer.update({key: rounded(layer[key]) for key in ("weight", "bias")})
    return json.dumps(document, separators=(",", ":")).replace("],[", "],\n[") + "\n"


def of_one_training(controller):
    """What opara_train says of its training."""
    log = json.loads(controller.with_suffix(".log.json").read_text(encoding="utf-8"))
    return {"attempts": log["attempts"], "episodes": len(log["episodes"]), "reward": log["evaluation"]["mean"]}


def of_all_trainings(controller):
    """What opara_refine says of its trainings."""
    rounds = json.loads(controller.with_suffix(".report.json").read_text(encoding="utf-8"))["rounds"]
    return {"rounds": len(rounds), "episodes": sum(len(r["episodes"]) for r in rounds), "reward": rounds[-1]["reward"]}


def environment_of(network, openblas):
    """What a training of this network runs in, beside what is there anyway."""
    if "blas" not in network:
        return {}
    if not (openblas / "libblas.so.3").exists():
        sys.exit(f"{network['name']} is trained with OpenBLAS, and there is no {openblas}/libblas.so.3: "
                 "install libopenblas0-pthread, or name its folder with --openblas")
    return {"LD_LIBRARY_PATH": str(openblas), "OPENBLAS_CORETYPE": "Haswell", "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1"}


def row_of(network, programs, verify, keep, openblas):
    row = {key: network[key] for key in ("name", "system", "layers", "program", "blas", "train", "digits", "decimals", "published_as")
           if key in network}
    program = network.get("program", "opara_train")
    with tempfile.TemporaryDirectory() as folder:
        controller = Path(folder) / f"{network['name']}.json"
        training = measured([programs[program], network["system"], *network["train"], "--out", folder],
                            environment=environment_of(network, openblas))
        row["training"] = {"seconds": training.seconds, "cpu_s": training.cpu_s,
                           **(of_one_training if program == "opara_train" else of_all_trainings)(controller)}
        if "digits" in network:  # what is proved is the shorter one
            text = shortened(controller.read_text(encoding="utf-8"), network["digits"], network.get("decimals"))
            controller.write_text(text, encoding="utf-8")
        kept = FOLDER / network["file"]
        if keep:
            kept.write_bytes(controller.read_bytes())
        elif kept.read_bytes() != controller.read_bytes():
            sys.exit(f"{kept} is not what its training gives here")
        row["proofs"] = [proof_of(network, asked, controller, verify) for asked in network["properties"]]
    return row


def proof_of(network, asked, controller, verify):
    report = controller.with_name("report.json")
    proof = measured([verify, network["system"], "--controller", controller, "--property", asked["ask"], "--report", report,
                      *asked["options"]], [0 if asked["verdict"] == "proved" else 1])
    found = json.loads(report.read_text(encoding="utf-8"))
    if found["verdict"] != asked["verdict"]:
        sys.exit(f"{network['name']}, {asked['ask']}: {found['verdict']}")
    row = {"paper": asked["paper"], "ask": asked["ask"], "options": asked["options"], "formula": found["property"],
           "initial": found["initial"], "seconds": proof.seconds, "cpu_s": proof.cpu_s,
           "rounds": len(found.get("rounds", [])), "cells": found["cells"], "states": found["states"],
           "verdict": found["verdict"]}
    if "tube" in found:
        row["tube"] = {"steps": found["tube"]["steps"], "boxes": found["tube"]["peak"]}
    return row


def main():
    parser = argparse.ArgumentParser(description="Records what it takes to train and to prove the verified networks.")
    parser.add_argument("train")
    parser.add_argument("verify")
    parser.add_argument("refine")
    parser.add_argument("--out", type=Path, default=ROOT / "bench" / "results" / "verified.json")
    parser.add_argument("--only", default="")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--openblas", type=Path, default=OPENBLAS)
    a = parser.parse_args()
    old = json.loads(a.out.read_text(encoding="utf-8"))["networks"] if a.only and a.out.exists() else []
    rows = []
    for network in json.loads((FOLDER / "verified.json").read_text(encoding="utf-8"))["networks"]:
        if a.only in f"{network['name']} {network['layers']}":
            rows.append(row_of(network, {"opara_train": a.train, "opara_refine": a.refine}, a.verify, a.keep, a.openblas))
            print(json.dumps(rows[-1]), flush=True)
        else:
            rows += [r for r in old if (r["name"], r["layers"]) == (network["name"], network["layers"])]
    written(a.out, {"machine": machine(), "versions": versions(a.train), "networks": rows})


if __name__ == "__main__":
    main()
