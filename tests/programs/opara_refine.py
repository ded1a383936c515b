"""opara_refine as a user runs it: what it proves is proved again by opara_verify, what was killed goes on with the same bits,
and what is wrong is said."""

import json
import subprocess
import unittest

from refinements import PROGRAM, VERIFY, UNTRAINED, Refinement, changed


class Refinements(Refinement):
    def test_what_it_says_is_proved_is_proved(self):
        text = self.refined("b2_trainify", "--property", "reach", code=0)
        self.assertIn("round 0, training: criterion met after", text)
        self.assertIn("proved; verified", text)
        self.assertTrue(text.endswith("AF goal: verified in 1 round\n"), text)
        proved, said = self.verified("b2_trainify", "--controller", self.file("json"), "--property", "reach", "--refine")
        self.assertTrue(proved, said)
        report = self.report()
        self.assertTrue(report["verified"])
        (only,) = report["rounds"]
        self.assertEqual((only["proof"], only["counterexample"], only["then"]), ("proved", "", "verified"))
        self.assertGreater(only["worst"], -60)
        self.assertIn(f"{only['checks'][-1]['states']:,} states".replace(",", "", 9), said.replace(",", ""))
        self.assertEqual([c["cuts"] > 0 for c in only["checks"]], [True] * (len(only["checks"]) - 1) + [False])
        for ending, word in (("reward.svg", "round 0"), ("refinement.svg", "to blame"), ("policy.svg", "cuts")):
            self.assertIn(word, self.texts(ending))
        # There is nothing left to do.
        before = self.file("report.json").read_bytes()
        self.assertEqual(self.refined("b2_trainify", "--property", "reach", "--resume", code=0),
                         "AF goal: verified in 1 round\n")
        self.assertEqual(self.file("report.json").read_bytes(), before)

    def test_a_property_as_a_formula_and_from_elsewhere(self):
        self.refined("b2_trainify", "--property", "AG safe", "--initial", "0.8,0.7:0.75", code=0)
        self.refined("b2_trainify", "--property", "AG (safe | goal)", "--initial", "0.8,0.7:0.75", code=0)
        formula = self.report(name="b2_trainify-formula-1")
        self.assertEqual(formula["of"]["initial"], "[0.8, 0.8] x [0.7, 0.75]")
        self.assertTrue(self.report(name="b2_trainify-safe-1")["verified"])

    def test_counterexamples_are_learned_from_and_rounds_end(self):
        text = self.refined(*UNTRAINED, "--rounds", 3)
        report = self.report()
        self.assertEqual(report["verdict"], "not verified in 3 rounds")
        self.assertFalse(report["verified"])
        rounds = report["rounds"]
        self.assertEqual([r["round"] for r in rounds], [0, 1, 2])
        self.assertEqual(rounds[0]["proof"], "refuted: a run of the system violates the property")
        self.assertEqual(rounds[0]["counterexample"], "real")
        self.assertGreater(rounds[0]["starts"], 0)
        x, y = rounds[0]["violated_from"]
        self.assertTrue(0.7 <= x <= 0.9 and 0.7 <= y <= 0.9)
        self.assertIn(f"{rounds[0]['starts']} new starts; training goes on from states of the run", text)
        self.assertGreaterEqual(len(report["state"]["starts"]), rounds[0]["starts"])
        self.assertEqual(sum(r["decisions_cut"] for r in rounds), len(report["state"]["cuts"]))
        before = self.report()["rounds"]
        self.refined(*UNTRAINED, "--rounds", 3, "--resume")  # nothing of the budget is left
        self.assertEqual(self.report()["rounds"], before)
        self.refined(*changed(UNTRAINED, "--rounds", 12, "--further", 20), "--resume", code=0)  # more of it
        self.assertEqual(self.report()["rounds"][:3], before)
        self.assertTrue(self.report()["verified"])
        proved, said = self.verified("b2_trainify", "--controller", self.file("json"), "--property", "reach", "--refine")
        self.assertTrue(proved, said)

    def test_a_policy_on_cut_cells_is_verified_on_them(self):
        self.refined(*changed(UNTRAINED, "--rounds", 2, "--patience", 1))
        document = json.loads(self.file("json").read_text())
        cuts = self.report()["rounds"][0]["decisions_cut"]
        self.assertGreater(cuts, 0)
        self.assertEqual(len(document["cuts"]), cuts)
        controller = ("b2_trainify", "--controller", self.file("json"))
        proved, said = self.verified(*controller, "--property", "AG !unexplored")
        self.assertTrue(proved, said)
        for option in (("--grid", 0.1), ("--export", f"dot:{self.folder / 'x'}"), ("--steps", 3), ("--tube",)):
            result = subprocess.run([VERIFY, *map(str, controller + option)], capture_output=True, text=True, check=False,
                                    timeout=300)
            self.assertEqual(result.returncode, 2)
            self.assertIn("the controller's cells are cut ones", result.stderr)
        document["cuts"][0][2] = 7
        wrong = self.folder / "wrong.json"
        wrong.write_text(json.dumps(document))
        result = subprocess.run([VERIFY, "b2_trainify", "--controller", wrong], capture_output=True, text=True, check=False,
                                    timeout=300)
        self.assertEqual(result.returncode, 2)
        self.assertIn("cut 0: ", result.stderr)

    def test_a_start_outside_is_told_before_any_work(self):
        for initial in ("2:3,0", "0,-9"):
            self.refused("--initial: the initial set does not lie inside the domain: dimension", "b2_trainify", "--initial",
                         initial)
        self.assertFalse((self.folder / "out").exists())

    def test_labels_in_other_coordinates(self):
        pole = ("cart_pole_cascade", "--environments", 8)
        name = "cart_pole_cascade-balanced-1"
        # Hardly trained: of so coarse a policy nothing is proved, and its cells are cut.
        self.refined(*pole, "--hidden", "8,8", "--episodes", 200, "--further", 100, "--evaluations", 2, "--patience", 1,
                     "--proof-rounds", 0, "--penalty", 100, "--rounds", 2, out="short")
        rounds = self.report(out="short", name=name)["rounds"]
        self.assertEqual(len(rounds), 2)
        self.assertGreater(rounds[0]["decisions_cut"], 0)
        self.assertEqual(rounds[1]["decisions"] - rounds[0]["decisions"], rounds[0]["decisions_cut"])
        # Trained, it is balanced from the box around gym's initial set.
        self.refined(*pole, "--hidden", "16,16", code=0)
        report = self.report(name=name)
        self.assertTrue(report["verified"])
        self.assertTrue(all(a < -0.05 and b > 0.05 for a, b in self.sides(report["of"]["initial"])))
        controller = ("cart_pole_cascade", "--controller", self.file("json", name=name), "--property", "balanced")
        proved, said = self.verified(*controller, "--refine")
        self.assertTrue(proved, said)
        for ending, word in (("reward.svg", "round 0"), ("refinement.svg", "to blame")):
            self.assertIn(word, self.texts(ending, name=name))
        self.assertFalse(self.file("policy.svg", name=name).exists())  # four dimensions are no picture

    def test_the_pendulum_by_its_angle(self):
        self.refined("pendulum_angle", code=0)
        name = "pendulum_angle-upright-1"
        self.assertEqual(self.report(name=name)["of"]["initial"], "[-0.1, 0.1] x [-0.1, 0.1]")
        for word in ("upright", "start", "cuts"):
            self.assertIn(word, self.texts("policy.svg", name=name))

    def test_an_agent_that_breaks_down(self):
        # First weights as large as no network of many layers bears.
        self.refused("b2_trainify with ddpg, seed 1: attempt 1 failed in episode 1: a control of the actor is ", "b2_trainify",
                     "--activation", "relu", "--hidden", ",".join(["64"] * 24), "--set", "spread=100")
        self.assertFalse(self.file("json").exists())

    def test_every_system_begins(self):
        usage = subprocess.run([PROGRAM, "nosuch"], capture_output=True, text=True, check=False,
                                    timeout=300)
        systems = usage.stderr.split("there are: ")[1].split("\n")[0].split()
        self.assertEqual(len(systems), 15)
        for system in systems:
            with self.subTest(system=system):
                self.refined(system, "--episodes", 1, "--evaluations", 1, "--seconds", 1e-9)

    def test_help(self):
        text = subprocess.run([PROGRAM, "--help"], capture_output=True, text=True, check=False, timeout=300).stdout
        for word in ("--property", "--rounds", "--patience", "--agent", "--set", "--resume", "exit code"):
            self.assertIn(word, text)

    def test_what_cannot_be_said_is_an_error(self):
        with open("/dev/full", "w") as full:
            result = subprocess.run([PROGRAM, "--help"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual(result.returncode, 2)
        self.assertIn("could not be written to the standard output: No space left on device", result.stderr)

    def test_mistakes(self):
        self.refused("a system is needed")
        self.refused("unknown system 'b9'; there are: b1 b1_trainify", "b9")
        self.refused("there is no label \"nowhere\"", "b1", "--property", "AF nowhere")
        self.refused("the property speaks of some runs, not of all", "b1", "--property", "EF goal")
        self.refused("--abstract none trains on states: a proof needs cells", "b1", "--abstract", "none")
        self.refused("--initial takes 2 intervals for this system, not 1", "b1", "--initial", "0.8")
        self.refused("--penalty is for properties like \"AG safe\"", "b1", "--property", "AF goal", "--penalty", 5)
        self.refused("--penalty takes a number from 0 on, not '-5'", "b1", "--property", "safe", "--penalty", -5)
        self.refused("--rounds takes a whole number from 1 on, not '0'", "b1", "--rounds", 0)
        self.refused("--seconds takes a number above 0, not '-1'", "b1", "--seconds", -1)
        self.refused("--resume goes on from files, --fresh removes them: which one?", "b1", "--resume", "--fresh")
        self.refused("--save-every takes a number from 0 on, not '-1'", "b1", "--save-every", -1)
        self.refused("--max-cells takes a whole number, not 'many'", "b1", "--max-cells", "many")
        self.refused("unknown option --seeds", "b1", "--seeds", 2)
        self.refused("--agent takes dqn, ddpg, td3 or ppo, not 'sac'", "b1", "--agent", "sac")
        self.refused("--abstract takes 1 or 2 widths for b1, not 3", "b1", "--abstract", "1,2,3")


if __name__ == "__main__":
    unittest.main()
