#!/usr/bin/env python3
"""Trains a Stable-Baselines3 agent on the cells of a grid, and has its policy verified twice: by opara_verify, and by SPIN
on the transition system that opara_verify exports. Needs the packages stable_baselines3 and gymnasium, the programs spin
and cc.

    train_and_check.py --library libopara_environments.so --verify opara_verify b2_trainify --agent td3

exit code: 0 both say that the property is proved, 1 both say that it is not, 2 an error, or they do not agree
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import controller
import gymnasium
import numpy
import opara_gymnasium
import stable_baselines3
import stable_baselines3.common.noise
import torch

# How each task is trained, where the defaults of Stable-Baselines3 do not do. The agent knows nothing of the grid.
CONTROLS = {"learning_rate": 1e-3, "tau": 0.02, "batch_size": 64, "train_freq": 2, "learning_starts": 500,
            "policy_kwargs": {"net_arch": {"pi": [20, 20], "qf": [64, 64]}}}
SETTINGS = {("b2_trainify", "ddpg"): (10_000, CONTROLS), ("b2_trainify", "td3"): (10_000, CONTROLS),
            ("b2_trainify", "sac"): (6_000, CONTROLS)}
# Leaving the safe set costs 600, which overwhelms critics; SAC weighs rewards against entropy, so it gets them as they are.
REWARD_SCALE = {("b2_trainify", "ddpg"): 1 / 50, ("b2_trainify", "td3"): 1 / 50}


def trained(environment, arguments):
    """The model, and the CPU seconds of its training."""
    steps, settings = SETTINGS.get((arguments.system, arguments.agent), (50_000, {}))
    if arguments.agent == "td3" or arguments.agent == "ddpg":
        noise = stable_baselines3.common.noise.NormalActionNoise
        controls = environment.action_space.shape[0]
        settings = {"action_noise": noise(numpy.zeros(controls), numpy.full(controls, 0.3)), **settings}
    torch.set_num_threads(1)  # such networks are too small for more
    kind = getattr(stable_baselines3, arguments.agent.upper())
    begin = time.process_time()
    scale = REWARD_SCALE.get((arguments.system, arguments.agent), 1)
    scaled = gymnasium.wrappers.TransformReward(environment, lambda reward: scale * reward)
    model = kind("MlpPolicy", scaled, seed=arguments.seed, device="cpu", **settings)
    model.learn(arguments.steps or steps)
    return model, time.process_time() - begin


def rewards(environment, document, episodes):
    """The sums of rewards under the controller as it was written."""
    sums = []
    for seed in range(episodes):
        seen, _ = environment.reset(seed=seed)
        total, over = 0.0, False
        while not over:
            bounds = numpy.asarray(seen, dtype=float)
            if environment.normalised:
                half = numpy.tile(environment.upper - environment.lower, 2) / 2
                bounds = (bounds + 1) * half + numpy.tile(environment.lower, 2)
            seen, reward, terminated, truncated, _ = environment.step(controller.action_of(document, bounds))
            total += reward
            over = terminated or truncated
        sums.append(total)
    return sums


def told(command, **more):
    """Runs a program that must not fail. @returns what it wrote."""
    result = subprocess.run([str(c) for c in command], capture_output=True, text=True, check=False, **more)
    if result.returncode > 1:
        raise RuntimeError(f"{command[0]} failed:\n{result.stdout}{result.stderr}")
    return result.stdout


def verdict_of_opara(arguments, file, folder):
    """Whether the property is proved, and the report; the transition system goes to model.pml."""
    told([arguments.verify, arguments.system, "--controller", file, "--property", arguments.property, "--report",
          folder / "report.json", "--export", f"promela:{folder / 'model.pml'}"])
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return report["verdict"] == "proved", report


def verdict_of_spin(folder):
    """Whether SPIN finds no run that violates the property."""
    told(["spin", "-a", "model.pml"], cwd=folder)
    told(["cc", "-O1", "-w", "-o", "pan", "pan.c"], cwd=folder)
    # The largest depth of a search, not the size of the model; what is deeper is said, and is an error here.
    text = told(["./pan", "-a", "-m20000000", "-N", "property"], cwd=folder)
    errors = re.search(r"errors: (\d+)", text)
    if not errors or "max search depth too small" in text:
        raise RuntimeError(f"SPIN has no verdict:\n{text}")
    return errors.group(1) == "0"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("system", help="one of opara_train's systems that opara_verify knows, too")
    parser.add_argument("--library", required=True, type=Path, help="libopara_environments.so")
    parser.add_argument("--verify", required=True, type=Path, help="opara_verify")
    parser.add_argument("--agent", default="td3", choices=["ddpg", "dqn", "ppo", "sac", "td3"])
    parser.add_argument("--property", default="reach", help="a property of opara_verify without next steps")
    parser.add_argument("--steps", type=int, help="of the training; default: enough for the systems known here")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="a folder for all files; default: a temporary one")
    arguments = parser.parse_args()
    for program in ("spin", "cc"):
        if not shutil.which(program):
            parser.error(f"the program {program} is needed")
    with tempfile.TemporaryDirectory() as temporary:
        folder = (arguments.out or Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        environment = opara_gymnasium.CellEnvironment(arguments.library, arguments.system)
        model, seconds = trained(environment, arguments)
        name = f"{arguments.system}-{arguments.agent}-{arguments.seed}"
        document = controller.controller_of(model, environment, name)
        controller.write(document, folder / f"{name}.json")
        sums = rewards(environment, document, 100)
        proved, report = verdict_of_opara(arguments, folder / f"{name}.json", folder)
        agreed = verdict_of_spin(folder)
    result = {"system": arguments.system, "agent": arguments.agent, "seed": arguments.seed,
              "stable_baselines3": stable_baselines3.__version__, "gymnasium": gymnasium.__version__,
              "steps": model.num_timesteps, "training_cpu_s": round(seconds, 1),
              "reward": round(float(numpy.mean(sums)), 2), "worst": min(sums), "property": report["property"],
              "states": report["states"], "opara": "proved" if proved else "not proved",
              "spin": "no error" if agreed else "an error"}
    print(json.dumps(result, indent=1))
    if proved != agreed:
        print("opara_verify and SPIN do not agree", file=sys.stderr)
        return 2
    return 0 if proved else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (OSError, RuntimeError, ValueError) as error:
        print(f"train_and_check.py: {error}", file=sys.stderr)
        sys.exit(2)
