#!/usr/bin/env python3
"""Trains policies that draw their action by lot, bounds how likely they fail, and compares with runs of the system.

    bench/lots.py OPARA_TRAIN OPARA_VERIFY [--folder DIR] [--out FILE.json]

Trainings that are in DIR already are not done again.
"""

import argparse
import json
import tempfile
from pathlib import Path

from measuring import ROOT, machine, measured, versions, written

TRAININGS = {
    "b2_trainify": ["--environments", 4, "--seed", 1],
    "cart_pole": ["--environments", 8, "--observe", "normalised", "--seed", 1, "--episodes", 450],
    "mountain_car": ["--environments", 16, "--observe", "normalised", "--seed", 1],
}
QUESTIONS = [  # system, property, steps or None, parts of each cell
    ("b2_trainify", "AF goal", 15, 1), ("b2_trainify", "AF goal", 15, 2), ("b2_trainify", "AF goal", 15, 4),
    ("b2_trainify", "AF goal", 25, 2), ("b2_trainify", "AF goal", 40, 2), ("b2_trainify", "AF goal", None, 1),
    ("b2_trainify", "A[safe U goal]", 40, 2), ("b2_trainify", "AG safe", 40, 1),
    ("cart_pole", "AG balanced", 5, 1), ("cart_pole", "AG balanced", 10, 1),
    ("mountain_car", "AF success", 60, 1), ("mountain_car", "AF success", 200, 1), ("mountain_car", "AF success", 200, 2),
]
SIMULATED = 100000


def main():
    parser = argparse.ArgumentParser(description="Records trainings and bounds of policies that draw by lot.")
    parser.add_argument("train")
    parser.add_argument("verify")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--out", type=Path, default=ROOT / "bench" / "results" / "lots.json")
    a = parser.parse_args()
    data = {"machine": machine(), "versions": versions(a.train), "trainings": [], "bounds": []}
    with tempfile.TemporaryDirectory() as temporary:
        folder = a.folder or Path(temporary)
        for system, settings in TRAININGS.items():
            name = folder / f"{system}-ppo-1"
            if not name.with_suffix(".log.json").exists():
                measured([a.train, system, "--head", "softmax", *settings, "--out", folder], (0, 1))
            log = json.loads(name.with_suffix(".log.json").read_text(encoding="utf-8"))
            data["trainings"].append({"system": system, "settings": " ".join(map(str, settings)), "end": log["end"],
                                      "episodes": len(log["episodes"]), "steps": log["steps"], "grid": log["grid"],
                                      "evaluation": log["evaluation"]})
            print(json.dumps(data["trainings"][-1]), flush=True)
        for system, formula, steps, finer in QUESTIONS:
            report = folder / "report.json"
            run = measured([a.verify, system, "--controller", folder / f"{system}-ppo-1.json", "--property", formula, "--finer",
                            finer, *(["--steps", steps] if steps else []), "--simulate", SIMULATED, "--report", report], (0, 1))
            found = json.loads(report.read_text(encoding="utf-8"))
            data["bounds"].append({"system": system, "property": formula, "steps": steps, "finer": finer,
                                   "initial": found["initial"], "states": found["states"],
                                   "transitions": found["transitions"], "probability": found["probability"], "cpu_s": run.cpu_s})
            print(json.dumps(data["bounds"][-1]), flush=True)
    written(a.out, data)


if __name__ == "__main__":
    main()
