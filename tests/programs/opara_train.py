"""opara_train as a user runs it: the files it writes, what it goes on from, and what it says when something is wrong."""

import json
import re
import subprocess
import sys
import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from trainings import PROGRAM, VERIFY, Training


class Trainings(Training):
    def test_what_it_writes(self):
        result = self.trained("b2_trainify", "--episodes", 5, "--seeds", 2, "--seed", 7)
        names = {p.name for p in (self.folder / "out").iterdir()}
        endings = ("json", "log.json", "checkpoint", "onnx")
        self.assertEqual(names - {f"b2_trainify-ddpg-{s}.onnx" for s in (7, 8)},
                         {f"b2_trainify-ddpg-{s}.{e}" for s in (7, 8) for e in endings[:3]} | {"b2_trainify-ddpg.svg"})
        self.assertIn("seed 7: episodes used up after 5 episodes", result.stdout)
        log = self.log("b2_trainify-ddpg-7")
        self.assertEqual(len(log["episodes"]), 5)
        self.assertEqual(log["end"], "episodes used up")
        self.assertEqual(log["steps"], sum(e["length"] for e in log["episodes"]))
        self.assertEqual(log["grid"], "[-2.5, 2.5] by 0.01 x [-2.5, 2.5] by 0.01")
        self.assertEqual(log["evaluation"]["episodes"], 100)
        controller = json.loads((self.folder / "out" / "b2_trainify-ddpg-7.json").read_text())
        self.assertEqual(controller["system"], "b2_trainify")
        self.assertEqual(controller["granularity"], [0.01, 0.01])
        self.assertEqual([len(layer["bias"]) for layer in controller["layers"]], [20, 20, 1])
        self.assertEqual(len(controller["layers"][0]["weight"][0]), 4)
        picture = ElementTree.parse(self.folder / "out" / "b2_trainify-ddpg.svg").getroot()
        text = " ".join(e.text or "" for e in picture.iter() if e.tag.endswith("text"))
        for expected in ("b2_trainify with ddpg", "seed 7", "seed 8", "episode"):
            self.assertIn(expected, text)
        self.assertEqual(sum(e.tag.endswith("polyline") for e in picture.iter()), 4)

    def test_it_learns(self):
        self.trained("b2_trainify", code=0)
        log = self.log("b2_trainify-ddpg-1")
        self.assertEqual(log["end"], "criterion met")
        self.assertGreater(log["evaluation"]["worst"], -45)

    def test_the_controller_takes_raw_bounds_however_the_agent_saw_them(self):
        self.trained("b2_trainify", "--observe", "normalised", "--abstract", 0.1, code=0)
        log = self.log("b2_trainify-ddpg-1")
        self.assertEqual(log["observe"], "normalised")
        self.assertGreater(log["evaluation"]["worst"], -60)

    @unittest.skipUnless(VERIFY, "opara_verify was not built")
    def test_the_verifier_reads_the_controller(self):
        self.trained("b2_trainify", code=0)
        result = subprocess.run([VERIFY, "b2_trainify", "--controller", self.folder / "out/b2_trainify-ddpg-1.json",
                                 "--property", "AG !unexplored"], capture_output=True, text=True, check=False)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertIn("proved", result.stdout)

    @unittest.skipUnless(VERIFY, "opara_verify was not built")
    def test_laws_of_coarse_cells(self):
        """The agent gives c0, c1 and c2 for each cell, and the verifier knows what that means."""
        self.trained("b2_trainify", "--head", "affine", "--abstract", 0.5, "--episodes", 3)
        file = self.folder / "out" / "b2_trainify-ddpg-1.json"
        controller = json.loads(file.read_text())
        self.assertEqual(controller["head"], "affine")
        self.assertEqual(len(controller["layers"][-1]["bias"]), 3)
        result = subprocess.run([VERIFY, "b2_trainify", "--controller", file, "--property", "AG !unexplored"],
                                capture_output=True, text=True, check=False)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        again = ("b2_trainify", "--abstract", 0.5, "--episodes", 6, "--resume")
        self.refused("it was begun with other settings: head is affine there and not set here", *again)
        self.trained(*again, "--head", "affine")
        self.refused("--head affine is for systems with one control", "quadrotor", "--head", "affine")
        self.refused("--head affine is for systems with one control", "cart_pole", "--head", "affine")
        self.refused("--head takes scaled, affine or softmax, not 'square'", "b1", "--head", "square")
        self.refused("--head affine gives a law for each cell: it needs --abstract", "b1", "--head", "affine", "--abstract",
                     "none")

    def test_equal_seeds_are_equal_trainings_however_many_run(self):
        self.trained("b2_trainify", "--episodes", 8, "--seeds", 3, "--jobs", 3, out="three")
        self.trained("b2_trainify", "--episodes", 8, "--seed", 2, out="one")
        for ending in ("json", "checkpoint"):
            one, three = [(self.folder / out / f"b2_trainify-ddpg-2.{ending}").read_bytes() for out in ("one", "three")]
            if ending == "checkpoint":  # its first two lines tell the time
                one, three = one.split(b"\n", 2)[2], three.split(b"\n", 2)[2]
            self.assertEqual(one, three)

    def test_neighbouring_seeds_share_no_attempt(self):
        never = ("b2_trainify", "--criterion", "0,0", "--episodes", 2, "--evaluations", 1)
        self.trained(*never, "--seed", 1, "--restarts", 2, out="one")
        self.trained(*never, "--seed", 2, "--restarts", 1, out="two")
        one, two = self.log("b2_trainify-ddpg-1", "one"), self.log("b2_trainify-ddpg-2", "two")
        self.assertEqual((one["attempts"], two["attempts"]), (3, 2))
        one, two = [json.loads((self.folder / out / f"b2_trainify-ddpg-{seed}.json").read_text())["layers"]
                    for out, seed in (("one", 1), ("two", 2))]
        self.assertNotEqual(one, two)

    def test_a_criterion_of_ones_own(self):
        # Each step costs 2: any episode is above -1000, so the training ends as soon as the criterion may be asked.
        result = self.trained("b2_trainify", "--criterion", "-1000,-1000", code=0)
        self.assertIn("criterion met after 10 episodes", result.stdout)
        # Either number keeps it from ending: no episode, nor a mean of some, is above 0.
        for criterion in ("0,-1000", "-1000,0"):
            self.trained("b2_trainify", "--criterion", criterion, "--episodes", 15, "--fresh")
            self.assertEqual(self.log("b2_trainify-ddpg-1")["end"], "episodes used up")

    def test_time_is_of_all_attempts_and_then_there_is_a_judgement(self):
        never = ("b2_trainify", "--criterion", "0,0", "--episodes", 2, "--restarts", 100000)
        self.trained(*never, "--seconds", 3)
        log = self.log("b2_trainify-ddpg-1")
        self.assertEqual(log["end"], "time used up")
        self.assertGreater(log["attempts"], 2)
        self.assertGreaterEqual(log["seconds"], 3)  # of all attempts
        self.assertEqual(log["evaluation"]["episodes"], 100)
        # What earlier attempts took counts when it goes on, too: there is no time for another one.
        self.trained(*never, "--seconds", 3, "--resume")
        self.assertEqual(self.log("b2_trainify-ddpg-1")["attempts"], log["attempts"])
        self.trained(*never, "--seconds", 6, "--resume")
        self.assertGreater(self.log("b2_trainify-ddpg-1")["attempts"], log["attempts"])

    def test_states_between_minus_one_and_one(self):
        # Trained in other units, the controller that is written takes the states as they are, and reaches the goal, too.
        self.trained("b2_trainify", "--observe", "normalised", "--abstract", "none", "--criterion", "-200,-200", code=0)
        log = self.log("b2_trainify-ddpg-1")
        self.assertEqual(log["grid"], "none")
        self.assertEqual(log["observe"], "normalised")
        self.assertGreater(log["evaluation"]["worst"], -200)
        controller = json.loads((self.folder / "out" / "b2_trainify-ddpg-1.json").read_text())
        self.assertEqual(len(controller["layers"][0]["weight"][0]), 2)
        self.assertEqual(controller["granularity"], [])

    def test_on_states_and_with_normalised_bounds(self):
        self.trained("b2_trainify", "--episodes", 3, "--abstract", "none", out="states")
        controller = json.loads((self.folder / "states" / "b2_trainify-ddpg-1.json").read_text())
        self.assertEqual(len(controller["layers"][0]["weight"][0]), 2)
        self.trained("mountain_car", "--episodes", 3, "--observe", "normalised", "--abstract", "0.05,0.005", out="units")
        log = self.log("mountain_car-dqn-1", "units")
        self.assertEqual(log["grid"], "[-1.4, 0.8] by 0.05 x [-0.09, 0.09] by 0.005")
        self.assertEqual(log["observe"], "normalised")

    def test_every_system_begins(self):
        usage = subprocess.run([PROGRAM, "nosuch"], capture_output=True, text=True, check=False)
        systems = usage.stderr.split("there are: ")[1].split("\n")[0].split()
        self.assertEqual(len(systems), 16)
        for system in systems:
            with self.subTest(system=system):
                self.trained(system, "--episodes", 1, "--evaluations", 1)

    def test_help(self):
        result = subprocess.run([PROGRAM, "--help"], capture_output=True, text=True, check=False)
        self.assertEqual(result.returncode, 0)
        for word in ("--agent", "--abstract", "--seeds", "--resume", "--fresh", "--save-every", "--set", "quadrotor",
                     "exit code"):
            self.assertIn(word, result.stdout)

    def test_what_cannot_be_said_is_an_error(self):
        with open("/dev/full", "w") as full:
            result = subprocess.run([PROGRAM, "--help"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual(result.returncode, 2)
        self.assertIn("could not be written to the standard output: No space left on device", result.stderr)

    def test_mistakes(self):
        self.refused("a system is needed")
        self.refused("unknown system 'b9'; there are: b1 b1_trainify", "b9")
        self.refused("one system at a time: 'b1' or 'b2'?", "b1", "b2")
        self.refused("--agent takes dqn, ddpg, td3 or ppo, not 'sac'", "b1", "--agent", "sac")
        self.refused("this system takes controls: --agent ddpg, td3 or ppo", "b1", "--agent", "dqn")
        self.refused("this system takes one of several actions: --agent dqn or ppo", "cart_pole", "--agent", "td3")
        self.refused("--abstract takes numbers, not 'fine'", "b1", "--abstract", "fine")
        self.refused("--abstract takes 1 or 2 widths for b1, not 3", "b1", "--abstract", "1,2,3")
        self.refused("--observe takes raw or normalised, not 'x'", "b1", "--observe", "x")
        self.refused("--criterion takes two numbers, MEAN,WORST, not '-100'", "b1", "--criterion", "-100")
        self.refused("--criterion takes two numbers, MEAN,WORST, not '1,2,3'", "b1", "--criterion", "1,2,3")
        self.refused("--hidden takes a whole number from 1 on, not '20.5'", "b1", "--hidden", "20.5")
        self.refused("--hidden takes a whole number from 1 on, not '0'", "b1", "--hidden", "0")
        self.refused("--activation takes tanh, relu or sigmoid, not 'selu'", "b1", "--activation", "selu")
        self.refused("--episodes takes a whole number from 1 on, not 'many'", "b1", "--episodes", "many")
        self.refused("--set takes NAME=VALUE, not 'noise'", "b1", "--set", "noise")
        self.refused("unknown option --grid", "b1", "--grid", "0.1")
        for none in ("0", "-1"):
            self.refused(f"--seconds takes a number above 0, not '{none}'", "b1", "--seconds", none)
        self.refused("--save-every takes a number from 0 on, not '-1'", "b1", "--save-every", -1)
        self.refused("--seconds takes finite numbers, not 'nan'", "b1", "--seconds", "nan")

    def test_settings_out_of_their_ranges(self):
        # tests/training/recipe.cpp has the others.
        for setting, range_of_it in (("critics=3", "whole, from 1 to 2"), ("approach=0", "above 0 to 1"),
                                     ("noise=nan", "from 0 to 2"), ("noise=loud", "from 0 to 2")):
            name, value = setting.split("=")
            self.refused(f"--set {name} takes numbers ({range_of_it}), not '{value}'", "b1", "--set", setting)
        self.refused("--set knows no 'epochs' for ddpg and td3 (a setting of ppo); there are:", "b1", "--set", "epochs=1")
        self.refused("--set has noise twice", "b1", "--set", "noise=1", "--set", "noise=1")
        self.refused("batch is 64 steps, more than the 32 of a rollout", "b1", "--agent", "ppo", "--set", "rollout=32")
        self.refused("--hidden takes layers with up to 20000000 weights between them", "b1", "--hidden", "5000,5000")
        # The ends of a range are in it.
        self.trained("b1", "--set", "critics=2", "--set", "discount=1", "--set", "approach=1", "--set", "warm_up=0",
                     "--episodes", 1, "--evaluations", 1)

    def test_settings_are_told(self):
        def told(*arguments):
            result = subprocess.run([PROGRAM, *arguments, "--set", "help"], capture_output=True, text=True, check=False)
            self.assertEqual((result.returncode, result.stderr), (0, ""))
            title, _, *lines = result.stdout.splitlines()
            return title, {f[0]: f[1:] for f in (re.split(" {2,}", line.strip()) for line in lines)}
        title, here = told("pendulum")
        self.assertEqual(title, "--set NAME=VALUE of ddpg for pendulum:")
        self.assertEqual(here["discount"][:3], ["0.95", "from 0 to 1", "a step"])
        self.assertEqual(here["critics"][0], "2")
        self.assertEqual(told("b2_trainify", "--head", "softmax")[0], "--set NAME=VALUE of ppo for b2_trainify:")
        usage = subprocess.run([PROGRAM, "--help"], capture_output=True, text=True, check=False).stdout.split()
        self.assertLessEqual(told("b1", "--agent", "td3")[1].keys(), set(usage))
        self.refused("this system takes one of several actions: --agent dqn or ppo", "cart_pole", "--agent", "td3", "--set",
                     "help")
        self.refused("unknown system 'b9'", "b9", "--set", "help")
        self.assertFalse((self.folder / "out").exists())

    def test_the_documentation_has_the_same_settings(self):
        script = Path(__file__).resolve().parents[2] / "tools" / "settings_page.py"
        result = subprocess.run([sys.executable, script, "--check", PROGRAM], capture_output=True, text=True, check=False)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_an_attempt_that_diverges_has_failed(self):
        """First weights as large as no network of many layers bears: outputs are not finite, in any attempt."""
        layers = ",".join(["64"] * 24)
        result = self.run_it("cart_pole", "--agent", "ppo", "--activation", "relu", "--hidden", layers, "--set", "spread=100",
                             "--restarts", 1, "--seed", 5)
        self.assertEqual(result.returncode, 2, result.stdout + result.stderr)
        first, last = result.stderr.splitlines()
        self.assertRegex(first, r"^cart_pole with ppo, seed 5: attempt 1 failed in episode 1: an output of the policy is "
                                r"-?(nan|inf); once more from the beginning$")
        self.assertRegex(last, r"^opara_train: cart_pole with ppo, seed 5: attempt 2 failed in episode 1: an output of the "
                               r"policy is -?(nan|inf); there is no attempt left \(--restarts\), and no controller to write$")
        self.assertFalse(list((self.folder / "out").glob("*.json")))

    def test_a_grid_that_none_is(self):
        self.refused("dimension 0", "b1", "--abstract", "-1")

    def test_a_folder_that_cannot_be(self):
        (self.folder / "out").write_text("a file")
        self.refused("out", "b1", "--episodes", "2")


if __name__ == "__main__":
    unittest.main()
