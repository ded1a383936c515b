"""The environments for agents that are not ours: what Gymnasium's checker says of them, that they are those of C++, and that
a policy of Stable-Baselines3 is verified by opara_verify and by SPIN with the same verdict. Skips, aloud, without these."""

import json
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

LIBRARY, VERIFY = sys.argv.pop(1), sys.argv.pop(1)
FOLDER = Path(__file__).resolve().parent.parent.parent / "examples" / "drl" / "foreign"
sys.path.insert(0, str(FOLDER))

try:
    import gymnasium
    import numpy
except ImportError as missing:
    print(f"skipped: {missing} (PyPI: gymnasium, stable-baselines3; OPARA_PYTHON names a Python that has them)")
    sys.exit(77)
import opara_gymnasium  # noqa: E402
from gymnasium.utils.env_checker import check_env  # noqa: E402

try:
    import controller
    import stable_baselines3
    from stable_baselines3.common.env_checker import check_env as check_for_agents
except ImportError:
    stable_baselines3 = None


def environment(*arguments, **more):
    return opara_gymnasium.CellEnvironment(LIBRARY, *arguments, **more)


class Environments(unittest.TestCase):
    def test_gymnasium_accepts_them(self):
        for system in ("b1", "b1_trainify", "b2_trainify", "b3", "b4", "b5", "tora", "mountain_car", "pendulum", "cart_pole"):
            with self.subTest(system=system):
                check_env(environment(system), skip_render_check=True)

    def test_observations_are_bounds_of_the_cell(self):
        env = environment("b2_trainify", widths=[0.1, 0.25], normalised=False)
        for seed in range(50):
            seen, _ = env.reset(seed=seed)
            self.assertTrue(numpy.all(seen[:2] <= 0.9) and numpy.all(seen[2:] >= 0.7))
            numpy.testing.assert_allclose(seen[2:] - seen[:2], [0.1, 0.25], atol=1e-6)
            place = (seen[:2] + 2.5) / [0.1, 0.25]
            numpy.testing.assert_allclose(place, numpy.round(place), atol=1e-4)
        units = environment("b2_trainify", widths=[0.1, 0.25])
        for seed in range(5):
            numpy.testing.assert_allclose(env.reset(seed=seed)[0], 2.5 * units.reset(seed=seed)[0], atol=1e-6)

    def test_steps_are_those_of_the_system(self):
        env = environment("b2_trainify", widths=[0.01, 0.01], normalised=False)
        env.reset(seed=3)
        low, _ = env.reset(seed=3)
        p, v = (low[:2] + low[2:]) / 2
        for u in (-1, -0.5, 0.25):
            p, v = p + 0.2 * (v - p**3), v + 0.2 * u
            seen, reward, over, cut, _ = env.step([u])
            self.assertLess(max(abs((seen[:2] + seen[2:]) / 2 - [p, v])), 0.02)
            self.assertEqual((reward, over, cut), (-2.0, False, False))

    def test_equal_seeds_are_equal_episodes(self):
        one, other = environment("mountain_car"), environment("mountain_car")
        first, second = one.reset(seed=11)[0], other.reset(seed=11)[0]
        numpy.testing.assert_array_equal(first, second)
        self.assertFalse(numpy.array_equal(one.reset(seed=12)[0], first))

    def test_what_is_wrong_is_said(self):
        for message, arguments, more in (("unknown system 'b9'; there are: b1", ("b9",), {}),
                                         ("the system has 2 dimensions, and there are widths for 3", ("b1", [1, 1, 1]), {}),
                                         ("dimension 0", ("b1", [-1, 1]), {})):
            with self.assertRaisesRegex(opara_gymnasium.OparaError, message):
                environment(*arguments, **more)
        car = environment("mountain_car")
        car.reset(seed=1)
        for action, message in ((3, "there is no action 3: they are numbered from 0 to 2"), ([0, 1], "2 numbers instead of 1"),
                                (float("nan"), "there is no action ")):
            with self.assertRaisesRegex(opara_gymnasium.OparaError, message):
                car.step(action)
        b1 = environment("b1")
        b1.reset(seed=1)
        with self.assertRaisesRegex(opara_gymnasium.OparaError, "control 0 is 4.5, outside of"):
            b1.step([4.5])


@unittest.skipUnless(stable_baselines3, "stable_baselines3 is not there (PyPI)")
class Agents(unittest.TestCase):
    def test_stable_baselines_accepts_them(self):
        check_for_agents(environment("b2_trainify"))
        check_for_agents(environment("mountain_car"))

    def test_the_controller_does_what_the_policy_does(self):
        """Within what single precision and bounds in other units cost."""
        for kind, system in (("TD3", "b1"), ("DDPG", "b2"), ("SAC", "b2_trainify"), ("DQN", "mountain_car"),
                             ("PPO", "mountain_car")):
            with self.subTest(kind=kind):
                units, raw = environment(system), environment(system, normalised=False)
                model = getattr(stable_baselines3, kind)("MlpPolicy", units, seed=5, device="cpu",
                                                         policy_kwargs={"net_arch": [16, 16]})
                document = controller.controller_of(model, units, "n")
                same = 0
                for seed in range(100):
                    wanted, _ = model.predict(units.reset(seed=seed)[0], deterministic=True)
                    done = controller.action_of(document, raw.reset(seed=seed)[0])
                    if document["head"] == "scaled":
                        numpy.testing.assert_allclose(done, wanted, atol=1e-4)
                    same += int(numpy.all(done == wanted))
                if document["head"] == "argmax":
                    self.assertGreaterEqual(same, 98)  # two values may be all but equal

    def test_a_policy_that_is_no_perceptron_is_refused(self):
        units = environment("b1")
        model = stable_baselines3.PPO("MlpPolicy", units, device="cpu")
        with self.assertRaisesRegex(ValueError, "PPO with controls clips them"):
            controller.controller_of(model, units, "n")

    @unittest.skipUnless(shutil.which("spin") and shutil.which("cc"), "spin and cc are needed (Debian: spin)")
    def test_trained_exported_and_checked(self):
        with tempfile.TemporaryDirectory() as folder:
            result = subprocess.run([sys.executable, FOLDER / "train_and_check.py", "b2_trainify", "--agent", "ddpg",
                                     "--library", LIBRARY, "--verify", VERIFY, "--property", "safe", "--steps", "700",
                                     "--out", folder], capture_output=True, text=True, check=False, timeout=300)
            self.assertLess(result.returncode, 2, result.stdout + result.stderr)
            found = json.loads(result.stdout)
            self.assertEqual((found["opara"], found["spin"]),
                             ("proved", "no error") if result.returncode == 0 else ("not proved", "an error"))
            self.assertGreater(found["states"], 10)
            self.assertTrue((Path(folder) / "b2_trainify-ddpg-1.json").exists())


if __name__ == "__main__":
    unittest.main()
