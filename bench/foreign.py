#!/usr/bin/env python3
"""Trains agents of Stable-Baselines3, has their policies verified by opara_verify and by SPIN, and records what came out.

    bench/foreign.py LIBOPARA_ENVIRONMENTS OPARA_VERIFY [--out FILE.json] [--only TEXT]

With a Python that has stable_baselines3. --only runs those whose words, as in "b2_trainify --agent sac --seed 1", have
TEXT in them, and keeps the other rows of FILE.json (default: bench/results/foreign.json).
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

from measuring import ROOT, machine, written

RUNS = [["b2_trainify", "--agent", agent, "--seed", str(seed), "--property", asked]
        for agent, seed, asked in (("ddpg", 1, "reach"), ("ddpg", 1, "safe"), ("ddpg", 2, "reach"), ("td3", 1, "reach"),
                                   ("td3", 2, "reach"), ("sac", 1, "reach"), ("sac", 2, "reach"))]


def main():
    parser = argparse.ArgumentParser(description="Records what agents of Stable-Baselines3 learn, and what is proved of it.")
    parser.add_argument("library")
    parser.add_argument("verify")
    parser.add_argument("--out", type=Path, default=ROOT / "bench" / "results" / "foreign.json")
    parser.add_argument("--only", default="")
    a = parser.parse_args()
    old = json.loads(a.out.read_text(encoding="utf-8"))["runs"] if a.only and a.out.exists() else []
    rows = []
    for words in RUNS:
        if a.only in " ".join(words):
            result = subprocess.run([sys.executable, str(ROOT / "examples" / "drl" / "foreign" / "train_and_check.py"),
                                     "--library", a.library, "--verify", a.verify, *words], capture_output=True, text=True,
                                    check=False)
            if result.returncode > 1:
                sys.exit(f"{words}: {result.stdout}{result.stderr}")
            rows.append({"command": words, **json.loads(result.stdout)})
            print(json.dumps(rows[-1]), flush=True)
        else:
            rows += [r for r in old if r["command"] == words]
        written(a.out, {"machine": machine(), "runs": rows})


if __name__ == "__main__":
    main()
