"""opara_train and the files of earlier runs, killed ones and damaged ones: what goes on, and what is refused."""

import random
import signal
import subprocess
import time
import unittest

from trainings import PROGRAM, Training


class TrainingsAndFiles(Training):
    def test_it_goes_on_as_if_nothing_had_happened(self):
        for system, agent in (("b2_trainify", "ddpg"), ("b2_trainify", "ppo"), ("cart_pole", "dqn")):
            with self.subTest(system=system, agent=agent):
                settings = ("--agent", agent, "--hidden", 8, "--seed", 3)
                settings += ("--set", "warm_up=100") if agent != "ppo" else ("--set", "rollout=200")
                self.trained(system, *settings, "--evaluations", 3, "--episodes", 30, out="whole")
                self.trained(system, *settings, "--evaluations", 3, "--episodes", 12, out="parts")
                self.trained(system, *settings, "--evaluations", 3, "--episodes", 30, "--resume", out="parts")
                name = f"{system}-{agent}-3"
                self.assertEqual(self.log(name, "whole")["episodes"], self.log(name, "parts")["episodes"])
                whole, parts = [(self.folder / out / f"{name}.json").read_text() for out in ("whole", "parts")]
                self.assertEqual(whole, parts)

    def test_a_criterion_that_was_judged_and_missed(self):
        """Ten episodes later it is judged again, whether there was an interruption between them or not."""
        settings = ("b2_trainify", "--hidden", 8, "--set", "warm_up=100", "--seed", 3, "--criterion", "-100000,-80",
                    "--evaluations", 1)
        self.trained(*settings, "--episodes", 200, out="whole", code=0)
        whole = self.log("b2_trainify-ddpg-3", "whole")
        self.assertGreater(len(whole["episodes"]), 20)  # it was missed after 10, and once more
        for cut in (12, 20, 25):
            with self.subTest(cut=cut):
                self.trained(*settings, "--episodes", cut, out=f"cut{cut}")
                self.trained(*settings, "--episodes", 200, "--resume", out=f"cut{cut}", code=0)
                self.assertEqual(self.log("b2_trainify-ddpg-3", f"cut{cut}")["episodes"], whole["episodes"])
                for ending in ("json", "onnx"):
                    one, other = [self.folder / out / f"b2_trainify-ddpg-3.{ending}" for out in ("whole", f"cut{cut}")]
                    if one.exists() or ending == "json":
                        self.assertEqual(one.read_bytes(), other.read_bytes())
        # A training that has met its criterion is over, and stays as it is.
        self.trained(*settings, "--episodes", 200, "--resume", out="whole", code=0)
        self.assertEqual(self.log("b2_trainify-ddpg-3", "whole")["episodes"], whole["episodes"])

    def test_a_checkpoint_of_something_else(self):
        self.trained("b2_trainify", "--episodes", 3)
        again = ("b2_trainify", "--episodes", 6, "--resume")
        self.trained(*again)
        self.refused("it was begun with other settings: grid is [-2.5, 2.5] by 0.01 x [-2.5, 2.5] by 0.01 there and "
                     "[-2.5, 2.5] by 0.1 x [-2.5, 2.5] by 0.1 here\n", *again, "--abstract", 0.1)
        self.refused("it was begun with other settings: hidden is 20,20 there and 30,20 here\n", *again, "--hidden", "30,20")
        self.refused("it was begun with other settings: observe is raw there and normalised here\n", *again, "--observe",
                     "normalised")
        file = self.folder / "out" / "b2_trainify-ddpg-1.checkpoint"
        whole = file.read_bytes()
        file.write_bytes(whole[:-10])
        self.refused(f"cannot go on from {file}: it is cut off", *again)
        file.write_bytes(whole[:-10] + bytes([whole[-10] ^ 4]) + whole[-9:])
        self.refused(f"cannot go on from {file}: it is damaged: its checksum is", *again)
        file.write_bytes(whole + b"!")
        self.refused(f"cannot go on from {file}: it is damaged: it has 1 bytes more than it says", *again)
        file.write_bytes(b"no checkpoint")
        self.refused(f"cannot go on from {file}: JSON, line 1, column", *again)
        file.write_bytes(whole.replace(b'"version":3', b'"version":2', 1))
        self.refused(f"cannot go on from {file}: $.version: this library reads version 3", *again)
        file.unlink()  # nor does anything begin in the place of what is left
        self.refused(f"b2_trainify-ddpg-1.json is of an earlier run, of which {file} is missing: --fresh", *again)

    def test_damage_anywhere_in_a_checkpoint(self):
        small = ("b2_trainify", "--hidden", 4, "--set", "capacity=50", "--set", "warm_up=20", "--set", "batch=8",
                 "--evaluations", 1)
        self.trained(*small, "--episodes", 2)
        again = (*small, "--episodes", 3, "--resume")
        file = self.folder / "out" / "b2_trainify-ddpg-1.checkpoint"
        whole = file.read_bytes()
        for place in range(0, len(whole), max(1, len(whole) // 25)):  # the unit test changes every byte
            damaged = bytearray(whole)
            damaged[place] ^= 1 << place % 8
            file.write_bytes(damaged)
            self.refused(f"cannot go on from {file}: ", *again)
            self.assertEqual(file.read_bytes(), bytes(damaged))
        file.write_bytes(whole)
        self.trained(*again)

    def test_an_earlier_training_is_not_lost(self):
        some = ("b2_trainify", "--episodes", 3, "--evaluations", 1)
        self.trained(*some)
        folder = self.folder / "out"
        before = {p.name: p.read_bytes() for p in folder.iterdir()}
        file = folder / "b2_trainify-ddpg-1.checkpoint"
        self.refused(f"{file} is of an earlier run: --resume goes on from it, --fresh removes the files of this name and "
                     "begins anew; or choose another --out", *some)
        self.refused(f"{file} is of a run with other settings (hidden is 20,20 there and 7 here): --fresh", *some,
                     "--hidden", 7)
        self.refused("--resume goes on from files, --fresh removes them: which one?", *some, "--resume", "--fresh")
        self.assertEqual({p.name: p.read_bytes() for p in folder.iterdir()}, before)
        self.trained(*some, "--hidden", 7, "--fresh")
        self.assertIn("hidden=7 ", self.log("b2_trainify-ddpg-1")["recipe"])
        self.trained(*some, "--hidden", 7, out="alone")
        self.assert_equal_files("b2_trainify-ddpg-1", "out", "alone")

    def test_all_checkpoints_are_looked_at_before_the_first_training(self):
        some = ("b2_trainify", "--evaluations", 1)
        self.trained(*some, "--episodes", 3, "--seeds", 3)
        files = [self.folder / "out" / f"b2_trainify-ddpg-{seed}.checkpoint" for seed in (1, 2, 3)]
        files[2].write_bytes(files[2].read_bytes()[:-1])
        before = [file.read_bytes() for file in files]
        for seeds in (3, 4):  # the fourth would begin
            self.refused(f"cannot go on from {files[2]}: it is cut off", *some, "--episodes", 6, "--seeds", seeds, "--resume")
        self.refused(f"{files[0]} is of an earlier run", *some, "--episodes", 3, "--seeds", 2)
        self.assertEqual([file.read_bytes() for file in files], before)
        self.assertEqual([len(self.log(f"b2_trainify-ddpg-{seed}")["episodes"]) for seed in (1, 2, 3)], [3, 3, 3])
        self.assertEqual(list((self.folder / "out").glob("*-4.*")), [])

    def test_two_processes_of_one_name(self):
        endless = ("b2_trainify", "--set", "actor_rate=0", "--criterion", "-1000,0", "--evaluations", 1, "--episodes", 10 ** 6)
        lock = self.folder / "out" / "b2_trainify-ddpg-1.lock"
        with subprocess.Popen([PROGRAM, *map(str, endless), "--out", self.folder / "out"], stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True) as first:
            first.stderr.readline()  # the first line of progress
            for how in ((), ("--resume",), ("--fresh",)):
                self.refused(f"process {first.pid} writes the files {lock.with_suffix('')}.* and holds {lock}: wait for its "
                             "end, or choose another --out", *endless, *how)
            self.trained("b2_trainify", "--seed", 2, "--episodes", 2, "--evaluations", 1)  # another name
            first.kill()
        self.assertTrue(lock.exists())  # what was killed could not remove it, but holds it no longer
        self.trained("b2_trainify", "--episodes", 2, "--evaluations", 1, "--fresh")
        self.assertFalse(lock.exists())

    def test_killed_at_any_time_it_goes_on_with_the_same_bits(self):
        name = "b2_trainify-ddpg-5"
        # Attempts that fail, and begin again; a checkpoint after each episode.
        settings = ("b2_trainify", "--seed", 5, "--hidden", 8, "--set", "warm_up=100", "--criterion", "-100000,0",
                    "--restarts", 1, "--episodes", 60, "--evaluations", 2, "--save-every", 0)
        self.trained(*settings, out="whole")
        chance = random.Random(1)
        kills = 0
        for number in range(3):
            out = f"killed{number}"
            for _ in range(8):
                at = chance.uniform(0.1, 0.8)
                kills += self.killed(at, *settings, "--resume", out=out)
            self.trained(*settings, "--resume", out=out)
            self.assert_equal_files(name, "whole", out)
        self.assertGreater(kills, 3)
        self.assertEqual(self.log(name, "whole")["attempts"], self.log(name, "killed0")["attempts"])

    def test_checkpoints_by_the_clock(self):
        endless = ("b2_trainify", "--set", "actor_rate=0", "--criterion", "-1000,0", "--evaluations", 1, "--episodes", 10 ** 6)
        file = self.folder / "out" / "b2_trainify-ddpg-1.checkpoint"
        with subprocess.Popen([PROGRAM, *map(str, endless), "--save-every", "0.2", "--out", self.folder / "out"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            seen = set()
            for _ in range(300):
                time.sleep(0.1)
                if file.exists():
                    seen.add(len(self.header("b2_trainify-ddpg-1")["episodes"]))
                if len(seen) > 2:
                    break
            process.kill()
        self.assertGreater(len(seen), 2)  # of which none has 200 episodes
        self.assertLess(min(seen), 200)

    def test_seeds_without_a_checkpoint_begin(self):
        """Whoever kills several trainings finds that some had not come to their first checkpoint."""
        some = ("b2_trainify", "--seeds", 2, "--evaluations", 1)
        self.trained(*some, "--episodes", 6, out="whole")
        self.trained("b2_trainify", "--episodes", 3, "--evaluations", 1)
        result = self.trained(*some, "--episodes", 6, "--resume", "--jobs", 1)
        self.assertIn("seed 2: there is no checkpoint, so it begins", result.stdout)
        self.assertNotIn("seed 1: there is no", result.stdout)
        for name in ("b2_trainify-ddpg-1", "b2_trainify-ddpg-2"):
            self.assertEqual(self.log(name)["episodes"], self.log(name, "whole")["episodes"])

    def test_interrupted_it_goes_on_with_the_same_bits(self):
        slow = ("b2_trainify", "--set", "actor_rate=0", "--criterion", "-1000,0", "--evaluations", 1, "--episodes", 80)
        self.trained(*slow, out="whole")
        for sign in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(sign=sign):
                out = self.folder / sign.name
                with subprocess.Popen([PROGRAM, *map(str, slow), "--out", out], stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE, text=True) as process:
                    process.stderr.readline()  # the first line of progress
                    process.send_signal(sign)
                    self.assertIn("opara_train: interrupted; --resume goes on", process.stderr.read())
                self.assertEqual(process.returncode, 130)
                self.assertTrue((out / "b2_trainify-ddpg-1.checkpoint").exists())
                self.trained(*slow, "--resume", out=sign.name)
                self.assertEqual(self.log("b2_trainify-ddpg-1", sign.name)["episodes"],
                                 self.log("b2_trainify-ddpg-1", "whole")["episodes"])


if __name__ == "__main__":
    unittest.main()
