#!/usr/bin/env python3
"""What it costs to save: trainings and proofs that save after each episode or check, beside the same that save once at the end.

    bench/checkpoints.py OPARA_TRAIN OPARA_REFINE [--out FILE.json]
"""

import argparse
import json
import tempfile
from pathlib import Path

from measuring import ROOT, machine, measured, versions, written

NEVER = 1e9  # seconds: only at the end
# Small and large: networks of 2 x 20 to 3 x 64, replay memories of 10,000 steps and more, PPO without one. None ends before its
# time: no policy is as good as that criterion.
TRAININGS = [("b2_trainify", 200), ("mountain_car --observe normalised", 50), ("tora_stay", 10),
             ("cart_pole --agent ppo --environments 8", 200), ("quadrotor --observe normalised --environments 8", 100)]
# One round: a policy that gets stuck, of which no cut of the proof helps, and cells are cut until there are a million.
PROOFS = ["b2_trainify --property reach --episodes 20 --further 20 --seed 5 --rounds 1 --max-cells 1000000"]
REPEATS = 3


def least_cpu(program, words, every):
    """CPU seconds, the least of some runs, and the folder's files of the last one: name without the stem, and bytes."""
    cpu = []
    for _ in range(REPEATS):
        with tempfile.TemporaryDirectory() as folder:
            cpu.append(measured([program, *words, "--save-every", every, "--out", folder], (0, 1)).cpu_s)
            found = {"".join(p.suffixes): p for p in Path(folder).iterdir()}
            files = {ending: p.stat().st_size for ending, p in found.items()}
            texts = {e: p.read_text(encoding="utf-8") for e, p in found.items() if e in (".log.json", ".report.json")}
    return min(cpu), files, texts


def main():
    parser = argparse.ArgumentParser(description="Records what saving costs.")
    parser.add_argument("train")
    parser.add_argument("refine")
    parser.add_argument("--out", type=Path, default=ROOT / "bench" / "results" / "checkpoints.json")
    a = parser.parse_args()
    rows = []
    for words, episodes in TRAININGS:
        asked = [*words.split(), "--episodes", episodes, "--evaluations", 1, "--restarts", 0, "--criterion", "1e9,1e9"]
        never, _, _ = least_cpu(a.train, asked, NEVER)
        always, files, texts = least_cpu(a.train, asked, 0)
        rows.append({"program": "opara_train", "command": words, "saves": len(json.loads(texts[".log.json"])["episodes"]),
                     "bytes": files[".checkpoint"], "never_cpu_s": never, "always_cpu_s": always})
        print(json.dumps(rows[-1]), flush=True)
    for words in PROOFS:
        never, _, _ = least_cpu(a.refine, words.split(), NEVER)
        always, _, texts = least_cpu(a.refine, words.split(), 0)
        (only,) = json.loads(texts[".report.json"])["rounds"]
        rows.append({"program": "opara_refine", "command": words, "saves": len(only["checks"]) - 1,
                     "cuts": sum(c["cuts"] for c in only["checks"]), "never_cpu_s": never, "always_cpu_s": always})
        print(json.dumps(rows[-1]), flush=True)
    written(a.out, {"machine": machine(), "versions": versions(a.train), "runs": rows})


if __name__ == "__main__":
    main()
