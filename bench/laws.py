#!/usr/bin/env python3
"""Trains controllers that give an affine law for each cell, and others that give a control, on coarse cells; proves of both
that the goal is reached; records what it takes.

    bench/laws.py OPARA_TRAIN OPARA_VERIFY [--out FILE.json]
"""

import argparse
import json
import tempfile
from pathlib import Path

from measuring import ROOT, machine, measured, versions, written

# B1's trainings begin again until the first weights are good ones, and on cells as wide as these that is luck: three seeds.
RUNS = [(system, width, head, seed)
        for system, widths, seeds in (("b2_trainify", ("0.25", "0.5", "1"), (1,)), ("b1_trainify", ("0.25", "0.5"), (1, 2, 3)))
        for width in widths for seed in seeds for head in ("scaled", "affine")]


def main():
    parser = argparse.ArgumentParser(description="Records trainings and proofs of affine laws on coarse cells.")
    parser.add_argument("train")
    parser.add_argument("verify")
    parser.add_argument("--out", type=Path, default=ROOT / "bench" / "results" / "laws.json")
    a = parser.parse_args()
    rows = []
    for system, width, head, seed in RUNS:
        with tempfile.TemporaryDirectory() as folder:
            name = Path(folder) / f"{system}-ddpg-{seed}"
            train = measured([a.train, system, "--head", head, "--abstract", width, "--seed", seed, "--out", folder], (0, 1))
            log = json.loads(name.with_suffix(".log.json").read_text(encoding="utf-8"))
            report = Path(folder) / "report.json"
            prove = measured([a.verify, system, "--controller", name.with_suffix(".json"), "--property", "reach", "--refine",
                              "--max-cells", 1000000, "--report", report], (0, 1))
            found = json.loads(report.read_text(encoding="utf-8"))
        rows.append({"system": system, "width": width, "head": head, "seed": seed, "end": log["end"],
                     "attempts": log["attempts"], "episodes": len(log["episodes"]), "reward": log["evaluation"]["mean"],
                     "worst": log["evaluation"]["worst"], "train_cpu_s": train.cpu_s, "property": found["property"],
                     "verdict": found["verdict"], "checks": len(found["rounds"]), "states": found["states"],
                     "prove_cpu_s": prove.cpu_s})
        print(json.dumps(rows[-1]), flush=True)
    written(a.out, {"machine": machine(), "versions": versions(a.train), "runs": rows})


if __name__ == "__main__":
    main()
