#!/usr/bin/env python3
"""Trains the quadrotor from several seeds, and follows a reach tube of each controller to its goal: from the initial
set, and from the lowest quarter of its heights and speeds of sinking, a sixteenth of it.

    bench/quadrotor.py OPARA_TRAIN OPARA_VERIFY [--seeds N] [--folder DIR] [--out FILE.json]

Trainings that are in DIR already are not done again.
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

from measuring import ROOT, machine, measured, run, versions, written

SETTINGS = ["--agent", "ppo", "--observe", "normalised", "--environments", 8, "--episodes", 4000]

CORNER = "0.35:0.4,0.35:0.4,0.35:0.3625,0.35:0.4,0.35:0.4,0.35:0.3625,0,0,0,0,0,0"
SAFE = [(-1.5, 1.5)] * 2 + [(-0.5, 1.5)] + [(-4, 4)] * 3 + [(-1, 1)] * 3 + [(-4, 4)] * 3


def tube(a, name, folder, where):
    """What came of a tube, or nothing where it did not end in time."""
    report = folder / "report.json"
    report.unlink(missing_ok=True)
    ended = run([a.verify, "quadrotor", "--controller", name.with_suffix(".json"), "--tube", *where, "--report", report],
                time.monotonic() + a.limit)
    if ended.code is None:
        return {"verdict": f"no end within {a.limit} s"}
    if ended.code not in (0, 1):
        sys.exit(ended.output)
    found = json.loads(report.read_text(encoding="utf-8"))
    safe = all(low <= h["lower"][i] and h["upper"][i] <= high for h in found["tube"]["hulls"]
               for i, (low, high) in enumerate(SAFE))
    return {"verdict": found["verdict"], "cpu_s": ended.cpu_s, "safe": safe,
            **{key: found["tube"][key] for key in ("parts", "steps", "peak")}}


def main():
    parser = argparse.ArgumentParser(description="Records trainings of the quadrotor, and tubes.")
    parser.add_argument("train")
    parser.add_argument("verify")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--limit", type=int, default=60, help="seconds for a tube")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--out", type=Path, default=ROOT / "bench" / "results" / "quadrotor.json")
    a = parser.parse_args()
    data = {"machine": machine(), "versions": versions(a.train), "settings": " ".join(map(str, SETTINGS)), "runs": []}
    with tempfile.TemporaryDirectory() as temporary:
        folder = a.folder or Path(temporary)
        for seed in range(1, a.seeds + 1):
            name = folder / f"quadrotor-ppo-{seed}"
            if not name.with_suffix(".log.json").exists():
                measured([a.train, "quadrotor", *SETTINGS, "--seed", seed, "--out", folder])
            log = json.loads(name.with_suffix(".log.json").read_text(encoding="utf-8"))
            row = {"seed": seed, "end": log["end"], "episodes": len(log["episodes"]), "steps": log["steps"],
                   "grid": log["grid"], "seconds": log["seconds"], "evaluation": log["evaluation"]}
            if log["end"] == "criterion met":
                row["corner"] = tube(a, name, folder, ["--initial", CORNER])
                row["whole"] = tube(a, name, folder, [])
            data["runs"].append(row)
            print(json.dumps(row), flush=True)
    written(a.out, data)


if __name__ == "__main__":
    sys.exit(main())
