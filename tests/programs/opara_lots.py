"""Policies that draw their action by lot, as a user trains, bounds, simulates and exports them. What Storm makes of the
exports needs stormpy (OPARA_STORM_PYTHON names the interpreter that has it) and is skipped, aloud, without it."""

import json
import math
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TRAIN = sys.argv.pop(1)
VERIFY = sys.argv.pop(1)
STORM = os.environ.get("OPARA_STORM_PYTHON", "python3")
ASK_STORM = Path(__file__).resolve().parent.parent / "abstraction" / "ask_storm_probability.py"
RUNS = 100000


def call(*words):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)


class Lots(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = Path(cls.temporary.name)
        cls.settings = ["b2_trainify", "--head", "softmax", "--choices", 5, "--abstract", 0.1, "--hidden", 8, "--episodes", 60,
                        "--environments", 2, "--set", "rollout=256", "--evaluations", 20]
        cls.training = call(TRAIN, *cls.settings, "--out", cls.folder)
        cls.controller = cls.folder / "b2_trainify-ppo-1.json"

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def verified(self, *words, controller=None):
        report = self.folder / "report.json"
        report.unlink(missing_ok=True)
        result = call(VERIFY, "b2_trainify", "--controller", controller or self.controller, *words, "--report", report)
        self.assertTrue(report.exists(), result.stdout + result.stderr)
        return result, json.loads(report.read_text())

    def test_the_file_says_what_is_drawn(self):
        self.assertIn("actions by lot: mean", self.training.stdout, self.training.stderr)
        written = json.loads(self.controller.read_text())
        self.assertEqual(written["head"], "softmax")
        self.assertEqual(written["actions"], [-1, -0.5, 0, 0.5, 1])
        self.assertEqual(len(written["layers"][-1]["bias"]), 5)
        again = call(TRAIN, *self.settings, "--out", self.folder / "again")
        self.assertEqual(again.stdout.split(" s; ")[1], self.training.stdout.split(" s; ")[1])  # lots are seeded, too
        self.assertEqual((self.folder / "again" / self.controller.name).read_text(), self.controller.read_text())

    def test_runs_of_the_system_are_within_the_bounds(self):
        last = None
        for finer in (1, 2, 4):
            result, found = self.verified("--property", "AF goal", "--steps", 15, "--finer", finer, "--simulate", RUNS)
            p = found["probability"]
            self.assertEqual(found["bounded"], 15)
            self.assertIn("not proved for 15 steps", result.stdout)
            s = p["simulation"]
            self.assertEqual((s["runs"], s["yes"] + s["no"]), (RUNS, RUNS))
            often = s["yes"] / RUNS
            error = 4.5 * math.sqrt(max(often * (1 - often), 1 / RUNS) / RUNS)
            self.assertGreaterEqual(often, p["least"] - error)
            self.assertLessEqual(often, p["most"] + error)
            self.assertAlmostEqual(p["failure"]["most"], 1 - p["least"])
            self.assertGreaterEqual(p["failure"]["most"] + p["least"], 1)
            if last:
                self.assertGreaterEqual(p["least"], last["least"] - 1e-9)
                self.assertLessEqual(p["most"], last["most"] + 1e-9)
            last = p
        self.assertLess(last["most"] - last["least"], 1)

    def test_what_was_asked_for_is_proved_or_not(self):
        result, found = self.verified("--property", "AG safe", "--steps", 1, "--at-least", 0.99)
        self.assertEqual((result.returncode, found["verdict"]), (0, "proved for 1 steps"), result.stdout)
        result, found = self.verified("--property", "AF goal", "--steps", 2, "--at-least", 0.01)
        self.assertEqual((result.returncode, found["verdict"]), (1, "not proved for 2 steps"), result.stdout)
        self.assertEqual(found["probability"]["most"], 0)  # nobody is so fast

    def test_onnx_says_nothing_of_actions(self):
        onnx = self.controller.with_suffix(".onnx")
        if not onnx.exists():
            self.skipTest("the programs were built without ONNX")
        question = ("--property", "AF goal", "--steps", 8, "--grid", 0.1)
        _, expected = self.verified(*question)
        _, found = self.verified(*question, "--head", "softmax", "--actions", "-1,-0.5,0,0.5,1", controller=onnx)
        self.assertEqual(found["probability"], expected["probability"])

    def test_storm_finds_the_same(self):
        if call(STORM, "-c", "import stormpy").returncode != 0:
            print("SKIPPED: the Python package stormpy is needed (from PyPI; OPARA_STORM_PYTHON names the interpreter)",
                  file=sys.stderr)
            self.skipTest("no stormpy")
        drn, umb = self.folder / "lots.drn", self.folder / "lots.umb"
        _, found = self.verified("--property", "A[safe U goal]", "--export", f"drn:{drn}", "--export", f"umb:{umb}")
        questions, answers = self.folder / "questions", self.folder / "answers"
        # A label that is known everywhere has no second name.
        safe, goal = ("possibly_" * (f"possibly_{name}" in drn.read_text()) + name for name in ("safe", "goal"))
        questions.write_text("".join(f'{file}\t{text}\n' for file in (drn, umb) for text in (
            'Pmin=? ["safe" U "goal"]', f'Pmax=? ["{safe}" U "{goal}"]')))
        result = call(STORM, ASK_STORM, questions, answers)
        self.assertEqual(result.returncode, 0, result.stderr)
        values = list(map(float, answers.read_text().split()))
        p = found["probability"]
        for least, most in zip(values[::2], values[1::2]):
            self.assertAlmostEqual(least, p["least"], delta=1e-4)
            self.assertAlmostEqual(most, p["most"], delta=1e-4)

    def test_mistakes(self):
        def refused(expected, *words):
            result = call(TRAIN, *words, "--out", self.folder / "none")
            self.assertEqual(result.returncode, 2, result.stdout + result.stderr)
            self.assertIn(expected, result.stderr)
        refused("--head softmax needs --agent ppo: what ddpg learns is no probability", "b1", "--head", "softmax", "--agent",
                "ddpg")
        refused("--choices is for --head softmax", "b1", "--choices", 3)
        refused("--choices takes numbers from 2 to 1000, not 1", "b1", "--head", "softmax", "--choices", 1)
        refused("--head softmax is for systems with actions or one control", "quadrotor", "--head", "softmax")
        result = call(TRAIN, *self.settings[:4], 3, *self.settings[5:], "--resume", "--out", self.folder)
        self.assertEqual(result.returncode, 2)
        self.assertIn("it was begun with other settings: choices is 5 there and 3 here\n", result.stderr)
        result = call(VERIFY, "b2_trainify", "--controller", self.controller, "--finer", 3)
        self.assertEqual(result.returncode, 2)
        self.assertIn("straddles the face of a decision cell", result.stderr)
        self.assertIn("--finer takes 1 or 2 numbers", call(VERIFY, "b2_trainify", "--controller", self.controller, "--finer",
                                                           "1,2,3").stderr)


if __name__ == "__main__":
    unittest.main()
