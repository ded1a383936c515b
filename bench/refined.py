#!/usr/bin/env python3
"""Trains until a property is proved, proves it once more with opara_verify, and records what it takes.

    bench/refined.py OPARA_REFINE OPARA_VERIFY [--out FILE.json] [--only TEXT]

--only runs those whose words, as in "b1_trainify --property reach --seed 1", have TEXT in them, and keeps the other rows of
FILE.json (default: bench/results/refined.json). CPU seconds are those of all threads of the whole program, from start to
exit.
"""

import argparse
import json
import tempfile
from pathlib import Path

from measuring import ROOT, machine, measured, versions, written

CAR = ["mountain_car", "--observe", "normalised"]
WHOLE = ["--initial", "-0.6:-0.4,0"]
# Trainings that are cut short, so that the policies are bad at first.
SHORT = ["--episodes", "20", "--further", "20"]
RUNS = [
    *([system, "--property", asked, "--seed", str(seed)]
      for system, properties in (("b1_trainify", ("reach", "safe")), ("b2_trainify", ("reach", "reach_or_stay", "safe")))
      for asked in properties for seed in (1, 2, 3)),
    *(["b2_trainify", "--property", "reach", "--seed", str(seed), *SHORT] for seed in (1, 2, 3, 4, 5)),
    *([*CAR, "--property", "success", "--seed", str(seed), *WHOLE] for seed in (1, 2, 3)),
    [*CAR, "--property", "fast", "--seed", "1", *WHOLE, "--penalty", "100", "--rounds", "6"],
    *(["pendulum_angle", "--property", "upright", "--seed", str(seed)] for seed in (1, 2, 3)),
    *(["cart_pole_cascade", "--property", "balanced", "--seed", str(seed), "--environments", "8", "--hidden", "16,16"]
      for seed in (1, 2, 3)),
]


def row_of(words, refine, verify):
    with tempfile.TemporaryDirectory() as folder:
        refined = measured([refine, *words, "--out", folder], (0, 1))
        (report,) = Path(folder).glob("*.report.json")
        found = json.loads(report.read_text(encoding="utf-8"))
        rounds = [{"training": r["training"], "episodes": len(r["episodes"]), "attempts": r["attempts"],
                   "training_s": r["training_s"], "reward": r["reward"], "worst": r["worst"], "decisions": r["decisions"],
                   "checks": len(r["checks"]), "states": r["checks"][-1]["states"],
                   "transitions": r["checks"][-1]["transitions"], "proof_s": r["checks"][-1]["seconds"],
                   "proof": r["proof"], "counterexample": r["counterexample"], "starts": r["starts"],
                   "decisions_cut": r["decisions_cut"], "then": r["then"]} for r in found["rounds"]]
        row = {"command": words, "of": found["of"], "verdict": found["verdict"], "verified": found["verified"],
               "cpu_s": refined.cpu_s, "seconds": found["seconds"], "rounds": rounds}
        if refined.code == 0:
            asked = words[words.index("--property") + 1]
            start = words[words.index("--initial"):words.index("--initial") + 2] if "--initial" in words else []
            controller = report.with_name(report.name.replace(".report.json", ".json"))
            again = measured([verify, words[0], "--controller", controller, "--property", asked, "--refine", *start], (0, 1))
            row["again"] = {"verdict": "proved" if again.code == 0 else "not proved", "cpu_s": again.cpu_s}
        return row


def main():
    parser = argparse.ArgumentParser(description="Records what it takes to train until a property is proved.")
    parser.add_argument("refine")
    parser.add_argument("verify")
    parser.add_argument("--out", type=Path, default=ROOT / "bench" / "results" / "refined.json")
    parser.add_argument("--only", default="")
    a = parser.parse_args()
    old = json.loads(a.out.read_text(encoding="utf-8"))["runs"] if a.only and a.out.exists() else []
    rows = []
    for words in RUNS:
        if a.only in " ".join(words):
            rows.append(row_of(words, a.refine, a.verify))
            print(json.dumps({k: v for k, v in rows[-1].items() if k != "rounds"}), flush=True)
        else:
            rows += [r for r in old if r["command"] == words]
        written(a.out, {"machine": machine(), "versions": versions(a.refine), "runs": rows})


if __name__ == "__main__":
    main()
