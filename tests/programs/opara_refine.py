"""opara_refine as a user runs it: what it proves is proved again by opara_verify, what was killed goes on with the same bits,
and what is wrong is said."""

import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path

PROGRAM, VERIFY = sys.argv.pop(1), sys.argv.pop(1)
# Hardly trained: counterexamples are real, and after the second one in a row cells of the policy are cut.
UNTRAINED = ("b2_trainify", "--episodes", 3, "--further", 3, "--evaluations", 3, "--patience", 2, "--proof-rounds", 1)


def without_times(value):
    """A report but for what differs from run to run."""
    if isinstance(value, dict):
        return {k: without_times(v) for k, v in value.items() if k not in ("seconds", "training_s")}
    return [without_times(v) for v in value] if isinstance(value, list) else value


class Refinements(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def command(self, *arguments, out="out"):
        return [PROGRAM, *map(str, arguments), "--out", str(self.folder / out)]

    def refined(self, *arguments, out="out", code=1):
        result = subprocess.run(self.command(*arguments, out=out), capture_output=True, text=True, check=False,
                                    timeout=300)
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        return result.stdout

    def refused(self, expected, *arguments, out="out"):
        result = subprocess.run(self.command(*arguments, out=out), capture_output=True, text=True, check=False,
                                    timeout=300)
        self.assertEqual(result.returncode, 2, result.stdout + result.stderr)
        self.assertIn(expected, result.stderr)

    def verified(self, *arguments):
        result = subprocess.run([VERIFY, *map(str, arguments)], capture_output=True, text=True, check=False,
                                    timeout=300)
        self.assertLess(result.returncode, 2, result.stderr)
        return result.returncode == 0, result.stdout

    def file(self, ending, out="out", name="b2_trainify-reach-1"):
        return self.folder / out / f"{name}.{ending}"

    def report(self, **where):
        return json.loads(self.file("report.json", **where).read_text())

    def header(self):
        """What a checkpoint says of itself: its second line."""
        return json.loads(self.file("checkpoint").read_bytes().split(b"\n", 2)[1])

    def killed(self, line, *arguments, out="out"):
        """Runs it and kills it when it has said a line that begins like that. What it has said."""
        lines = []
        with subprocess.Popen(self.command(*arguments, out=out), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              text=True) as process:
            for said in process.stdout:
                lines.append(said)
                if said.startswith(line):
                    process.kill()
        return lines

    def texts(self, ending, **where):
        """What a picture says."""
        return [e.text for e in ElementTree.parse(self.file(ending, **where)).getroot().iter() if e.tag.endswith("text")]

    @staticmethod
    def sides(initial):
        """The intervals of an initial set as it is written."""
        return [tuple(map(float, side.strip("[]").split(", "))) for side in initial.split(" x ")]

    def assert_equal_outcomes(self, one, other):
        for ending in ("json", "onnx"):
            self.assertEqual(self.file(ending, out=one).exists(), self.file(ending, out=other).exists())
            if self.file(ending, out=one).exists():
                self.assertEqual(self.file(ending, out=one).read_bytes(), self.file(ending, out=other).read_bytes())
        agents = [self.file("checkpoint", out=out).read_bytes().split(b"\n", 2)[2] for out in (one, other)]
        self.assertEqual(*agents)
        for out in (one, other):
            for ending in ("proof", "lock"):
                self.assertFalse(self.file(ending, out=out).exists())
        self.assertEqual(*(without_times(self.report(out=out)) for out in (one, other)))

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
        self.refined("b2_trainify", *UNTRAINED[1:], "--rounds", 12, "--further", 20, "--resume", code=0)  # more of it
        self.assertEqual(self.report()["rounds"][:3], before)
        self.assertTrue(self.report()["verified"])
        proved, said = self.verified("b2_trainify", "--controller", self.file("json"), "--property", "reach", "--refine")
        self.assertTrue(proved, said)

    def test_a_policy_on_cut_cells_is_verified_on_them(self):
        self.refined(*UNTRAINED, "--rounds", 2, "--patience", 1)
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

    def test_what_goes_on_is_what_would_have_been(self):
        self.refined(*UNTRAINED, "--rounds", 3, out="whole")
        self.refined(*UNTRAINED, "--rounds", 3, out="again")
        self.assert_equal_outcomes("whole", "again")
        self.refined(*UNTRAINED, "--rounds", 2, out="parts")
        self.refined(*UNTRAINED, "--rounds", 3, "--resume", out="parts")
        self.assert_equal_outcomes("whole", "parts")

    def test_killed_anywhere_it_goes_on(self):
        self.refined(*UNTRAINED, "--rounds", 3, out="whole")
        for number, line in enumerate(("round 0, training", "round 0, proof", "round 1, training", "round 1, check 0")):
            with self.subTest(killed_after=line):
                out = f"killed{number}"
                with subprocess.Popen(self.command(*UNTRAINED, "--rounds", 3, out=out), stdout=subprocess.PIPE,
                                      stderr=subprocess.DEVNULL, text=True) as process:
                    for said in process.stdout:
                        if said.startswith(line):
                            process.kill()
                            break
                self.refined(*UNTRAINED, "--rounds", 3, "--resume", out=out)
                self.assert_equal_outcomes("whole", out)

    def test_a_proof_goes_on_after_the_checks_that_were_made(self):
        # Trained a little: a proof of several checks, of which each leaves a file.
        proof = ("b2_trainify", "--abstract", 0.05, "--property", "reach", "--evaluations", 1, "--save-every", 0)
        self.killed("round 0, training", *proof, out="trained")
        shutil.copytree(self.folder / "trained", self.folder / "whole")
        whole = [line for line in self.refined(*proof, "--resume", out="whole", code=0).split("\n") if ", check " in line]
        self.assertGreater(len(whole), 3)
        for number in range(len(whole) - 1):
            for sign in (signal.SIGKILL, signal.SIGTERM):
                with self.subTest(after=whole[number], sign=sign):
                    out = f"{sign.name}{number}"
                    shutil.copytree(self.folder / "trained", self.folder / out)
                    with subprocess.Popen(self.command(*proof, "--resume", out=out), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                          text=True) as process:
                        for said in process.stdout:
                            if said.startswith(f"round 0, check {number}:"):
                                process.send_signal(sign)
                    rest = self.refined(*proof, "--resume", out=out, code=0)
                    checks = [line for line in rest.split("\n") if ", check " in line]
                    if f"the proof goes on after {number} check" in rest:  # the kill was quicker than the file
                        checks = checks[1:]
                    elif "the proof goes on after" not in rest:
                        self.assertEqual((number, len(checks)), (0, len(whole)))  # the first file was not there yet
                        checks = checks[1:]
                    # None is made again, unless it was on its way; the program may have been some checks ahead.
                    numbers = [int(line.split("check ")[1].split(":")[0]) for line in checks]
                    self.assertEqual(numbers, list(range(len(whole) - len(checks), len(whole))))
                    self.assertGreaterEqual(numbers[0] if numbers else len(whole), number + 1)
                    self.assert_equal_outcomes("whole", out)

    def test_a_proof_file_that_is_damaged_or_of_another_time(self):
        proof = ("b2_trainify", "--abstract", 0.05, "--property", "reach", "--save-every", 0)
        self.killed("round 0, check 2", *proof)
        file = self.file("proof")
        whole = file.read_bytes()
        for place in range(0, len(whole), max(1, len(whole) // 12)):
            damaged = bytearray(whole)
            damaged[place] ^= 1 << place % 8
            file.write_bytes(damaged)
            self.refused(f"cannot go on from {file}: ", *proof, "--resume")
        file.write_bytes(whole[:-1])
        self.refused("it is cut off", *proof, "--resume")
        self.refused("(without this file its proof begins anew)", *proof, "--resume")
        file.unlink()
        self.assertNotIn("the proof goes on", self.refined(*proof, "--resume", code=0))
        # One of another agent is of no meaning, and gone at the end.
        self.killed("round 0, training", *proof[:-2], "--set", "noise=0.1", out="other")
        other = self.file("proof", out="other")
        other.write_bytes(whole)
        said = self.refined(*proof[:-2], "--set", "noise=0.1", "--resume", out="other", code=0)
        self.assertNotIn("the proof goes on", said)
        self.assertFalse(other.exists())

    def test_an_earlier_refinement_is_not_lost(self):
        some = (*UNTRAINED, "--rounds", 1)
        self.refined(*some)
        before = {p.name: p.read_bytes() for p in (self.folder / "out").iterdir()}
        report = self.file("report.json")
        self.refused(f"{report} is of an earlier run: --resume goes on from it, --fresh removes", *some)
        self.refused(f"{report} is of a run with other settings (hidden is 20,20 there and 7 here): --fresh", *some, "--hidden", 7)
        self.assertEqual({p.name: p.read_bytes() for p in (self.folder / "out").iterdir()}, before)
        self.refined(*some, "--hidden", 7, "--fresh")
        self.assertIn("hidden=7 ", self.report()["of"]["recipe"])
        report.unlink()  # what is left of it is not written over, either
        for how in ((), ("--resume",)):
            self.refused(f"{self.file('checkpoint')} is of an earlier run, of which {report} is missing: --fresh", *some, *how)

    def test_two_processes_of_one_name(self):
        endless = ("b2_trainify", "--set", "actor_rate=0", "--evaluations", 1, "--episodes", 10 ** 6)
        with subprocess.Popen(self.command(*endless), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as first:
            first.stderr.readline()  # the first line of progress
            for how in ((), ("--resume",), ("--fresh",)):
                self.refused(f"process {first.pid} writes the files", *endless, *how)
            first.kill()
        self.refined(*UNTRAINED, "--rounds", 1, "--fresh")
        self.assertFalse(self.file("lock").exists())

    def test_nothing_to_go_on_from_begins(self):
        self.assertIn("there is no report, so it begins\n", self.refined(*UNTRAINED, "--rounds", 2, "--resume", out="resumed"))
        self.refined(*UNTRAINED, "--rounds", 2, out="whole")
        self.assert_equal_outcomes("whole", "resumed")

    def test_another_price_between_rounds_only(self):
        # What is trained to reach the goal violates this, at whatever price a short training is told of.
        far = ("b2_trainify", "--property", "AG !goal", "--evaluations", 1, "--patience", 9, "--save-every", 0)
        name = "b2_trainify-formula-1"
        self.refined(*far, "--rounds", 1)
        (first,) = self.report(name=name)["rounds"]
        self.assertEqual((first["counterexample"], first["settings"]["penalty"]), ("real", 0))
        # Between two rounds it may change, and is written down.
        self.refined(*far, "--further", 1, "--rounds", 2, "--penalty", 5, "--resume")
        rounds = self.report(name=name)["rounds"]
        self.assertEqual([r["settings"]["penalty"] for r in rounds], [0, 5])
        self.assertEqual([r["settings"]["further"] for r in rounds], [50, 1])
        # In the middle of a training it may not.
        endless = (*far, "--further", 10 ** 6, "--rounds", 3)
        checkpoint = self.file("checkpoint", name=name)
        before = checkpoint.read_bytes()
        with subprocess.Popen(self.command(*endless, "--penalty", 5, "--resume"), stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as process:
            while checkpoint.read_bytes() == before:
                time.sleep(0.01)
            process.kill()
        self.refused(f"cannot go on from {checkpoint}: its training of round 2 was begun with a penalty of 5, and here it is 0; "
                     "between two rounds it may change", *far, "--rounds", 3, "--resume")
        for _ in range(2):  # with it, it does; then the training is over
            self.refined(*far, "--rounds", 3, "--penalty", 5, "--seconds", 1e-3, "--resume")

    def test_a_start_outside_is_told_before_any_work(self):
        for initial in ("2:3,0", "0,-9"):
            self.refused("--initial: the initial set does not lie inside the domain: dimension", "b2_trainify", "--initial",
                         initial)
        self.assertFalse((self.folder / "out").exists())

    def test_interrupted_it_says_so_and_goes_on(self):
        slow = ("b2_trainify", "--set", "actor_rate=0", "--evaluations", 3, "--episodes", 2000, "--rounds", 1)
        with subprocess.Popen(self.command(*slow), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            for said in process.stderr:  # the first line of progress
                self.assertIn("b2_trainify, round 0: ", said)
                break
            process.send_signal(signal.SIGINT)
            self.assertIn("opara_refine: interrupted; --resume goes on", process.stderr.read())
        self.assertEqual(process.returncode, 130)
        self.assertEqual(self.report()["verdict"], "running")
        for ending, word in (("reward.svg", "round 0"), ("refinement.svg", "round 0")):
            self.assertIn(word, self.texts(ending))
        header = self.header()
        self.assertFalse(header["has_ended"])
        self.assertGreater(len(header["episodes"]), 0)
        text = self.refined(*slow, "--seconds", 1e-3, "--resume")  # one more episode
        self.assertIn("not verified in so much time", text)
        again = self.header()
        self.assertEqual(again["episodes"][:len(header["episodes"])], header["episodes"])

    def test_interrupted_in_a_proof_it_leaves_pictures(self):
        with subprocess.Popen(self.command(*UNTRAINED, "--rounds", 8), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True) as process:
            for said in process.stdout:
                if said.startswith("round 1, training"):
                    process.send_signal(signal.SIGTERM)
                    break
            process.communicate()
        self.assertEqual(process.returncode, 130)
        self.assertEqual(self.report()["verdict"], "running")
        for ending, words in (("reward.svg", ("round 0", "round 1")), ("refinement.svg", ("round 0", "round 1")),
                              ("policy.svg", ("cuts",))):
            for word in words:
                self.assertIn(word, self.texts(ending))

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

    def test_files_of_something_else(self):
        self.refined(*UNTRAINED, "--rounds", 1)
        again = (*UNTRAINED, "--rounds", 2, "--resume")
        self.refused("it was begun with other settings: grid is [-2.5, 2.5] by 0.01 x [-2.5, 2.5] by 0.01 there and "
                     "[-2.5, 2.5] by 0.1 x [-2.5, 2.5] by 0.1 here\n", *again, "--abstract", 0.1)
        self.refused("it was begun with other settings: hidden is 20,20 there and 7 here\n", *again, "--hidden", 7)
        self.refused("it was begun with other settings: initial is [0.7, 0.9] x [0.7, 0.9] there and [0.7, 0.7] x [0.8, 0.8] "
                     "here\n", *again, "--initial", "0.7,0.8")
        report, checkpoint = self.file("report.json"), self.file("checkpoint")
        whole = report.read_text(), checkpoint.read_bytes()
        for text, expected in ((whole[0][:-20], "JSON, line"), (whole[0].replace("opara-refinement-report", "x"), "$.format"),
                               (whole[0].replace('"proof":', '"poof":'), "$.rounds[0]: has no \"proof\""),
                               (whole[0].replace('"AF goal"', '"AF good"'), "property is AF good there and AF goal here")):
            report.write_text(text)
            self.refused(f"cannot go on from {report}: ", *again)
            self.refused(expected, *again)
        report.write_text(whole[0])
        checkpoint.write_bytes(whole[1][:-5])
        self.refused(f"cannot go on from {checkpoint}: it is cut off", *again)
        checkpoint.write_bytes(whole[1].replace(b'"stage":0', b'"stage":7'))
        self.refused(f"cannot go on from {checkpoint}: it is damaged", *again)
        checkpoint.write_bytes(whole[1])
        self.refined(*again)
        report.write_text(whole[0].replace('"round": 1', '"round": 5'))
        self.refused("it is of round 1, and the report of round 5", *again)
        report.write_text(whole[0])
        checkpoint.unlink()
        self.refused("checkpoint: No such file", *again)
        checkpoint.write_bytes(whole[1])
        self.refined(*again)

    def test_an_agent_that_breaks_down(self):
        self.refused("is given an action that is none: control 0 is ", "b2_trainify", "--set", "reward_scale=1e12", "--set",
                     "critic_rate=1e12", "--set", "actor_rate=1e12", "--set", "every=1")

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
