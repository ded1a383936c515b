"""opara_refine and the files of earlier runs, killed ones and damaged ones: what goes on, and what is refused."""

import shutil
import signal
import subprocess
import time
import unittest

from refinements import UNTRAINED, Refinement


class RefinementsAndFiles(Refinement):
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
                    with subprocess.Popen(self.command(*proof, "--resume", out=out), stdout=subprocess.PIPE,
                                          stderr=subprocess.DEVNULL, text=True) as process:
                        for said in process.stdout:
                            if said.startswith(f"round 0, check {number}:"):
                                process.send_signal(sign)
                    rest = self.refined(*proof, "--resume", out=out, code=0)
                    checks = [line for line in rest.split("\n") if ", check " in line]
                    if f"the proof goes on after {number} check" in rest:  # the kill was quicker than the file
                        checks = checks[1:]
                    elif "the proof goes on after" not in rest and checks:  # without any it was done before the signal
                        self.assertEqual((number, len(checks)), (0, len(whole)))  # the first file was not there yet
                        checks = checks[1:]
                    # None is made again, unless it was on its way; the program may have been some checks ahead.
                    numbers = [int(line.split("check ")[1].split(":")[0]) for line in checks]
                    self.assertEqual(numbers, list(range(len(whole) - len(checks), len(whole))))
                    self.assertGreaterEqual(numbers[0] if numbers else len(whole), number + 1)
                    self.assert_equal_outcomes("whole", out)

    def test_a_proof_for_which_there_is_no_time_goes_on_with_more(self):
        proof = ("b2_trainify", "--abstract", 0.05, "--property", "reach", "--evaluations", 1)
        self.refined(*proof, out="whole", code=0)
        self.killed("round 0, training", *proof, "--save-every", 0, out="parts")
        more, ends = 0.005, 0
        for _ in range(100):
            spent = self.report(out="parts")["seconds"]
            result = subprocess.run(self.command(*proof, "--resume", "--seconds", spent + more, out="parts"),
                                    capture_output=True, text=True, check=False, timeout=300)
            if result.returncode == 0:
                break
            self.assertEqual((result.returncode, result.stdout.split("\n")[-2]), (1, "AF goal: not verified in so much time"))
            self.assertEqual(self.report(out="parts")["rounds"], [])
            ends += self.file("proof", out="parts").exists()
            more *= 1 if "check " in result.stdout else 1.4
        self.assertGreater(ends, 0)  # in the middle of the proof, and not only before it
        self.assert_equal_outcomes("whole", "parts")

    def test_a_proof_file_that_a_kill_has_left_is_removed(self):
        some = (*UNTRAINED, "--rounds", 1)
        self.refined(*some)
        self.file("proof").write_bytes(b"of the round that has ended")
        self.refined(*some, "--resume")
        self.assertFalse(self.file("proof").exists())

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
        self.refused(f"{report} is of a run with other settings (hidden is 20,20 there and 7 here): --fresh", *some,
                     "--hidden", 7)
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
        self.refused(f"cannot go on from {checkpoint}: its training of round 2 was begun with a penalty of 5, and here it "
                     "is 0; between two rounds it may change", *far, "--rounds", 3, "--resume")
        for _ in range(2):  # with it, it does; then the training is over
            self.refined(*far, "--rounds", 3, "--penalty", 5, "--seconds", 1e-3, "--resume")

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


if __name__ == "__main__":
    unittest.main()
