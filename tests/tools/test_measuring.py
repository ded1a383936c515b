"""How bench/ runs programs and describes machines: limits that hold, and numbers that are of the program alone."""

import json
import sys
import tempfile
import time
import unittest
from unittest import mock
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))

import measuring  # noqa: E402


def python(text):
    return [sys.executable, "-c", text]


class Programs(unittest.TestCase):
    def test_what_one_says_and_takes(self):
        result = measuring.run(python("import sys; print('first'); print('x' * 400, file=sys.stderr); sys.exit(3)"))
        self.assertEqual(result.code, 3)
        self.assertEqual(sorted(map(len, result.output.split())), [5, 400])
        self.assertIn(len(result.said), (5, 300))
        self.assertGreater(result.memory_mb, 1)

    def test_seconds_of_the_processor_are_those_of_the_program(self):
        busy = "import time\nwhile time.process_time() < 0.3: pass"
        measuring.run(python(busy))
        result = measuring.run(python("import time; time.sleep(0.5)"))  # not of the one before, nor of the clock
        self.assertGreaterEqual(result.seconds, 0.5)
        self.assertLess(result.cpu_s, 0.3)
        self.assertGreaterEqual(measuring.run(python(busy)).cpu_s, 0.29)

    def test_a_deadline_ends_it(self):
        result = measuring.run(python("import time; print('on', flush=True); time.sleep(60)"), time.monotonic() + 1)
        self.assertIsNone(result.code)
        self.assertLess(result.seconds, 30)
        self.assertEqual(result.said, "on")

    def test_memory_has_a_limit(self):
        much = python("x = bytearray(2 << 30); print(len(x))")
        self.assertNotEqual(measuring.run(much, memory=1 << 30).code, 0)

    def test_its_environment(self):
        text = "import os; print(os.environ.get('OPARA_X', 'none'), 'PATH' in os.environ)"
        self.assertEqual(measuring.run(python(text), environment={"OPARA_X": "1"}).said, "1 True")
        self.assertEqual(measuring.run(python(text)).said, "none True")

    def test_one_that_has_to_succeed(self):
        self.assertEqual(measuring.measured(python("raise SystemExit(1)"), (0, 1)).code, 1)
        with self.assertRaises(SystemExit) as ended:
            measuring.measured(python("raise SystemExit('not today')"))
        self.assertIn("not today", str(ended.exception))


class Results(unittest.TestCase):
    def test_the_machine(self):
        machine = measuring.machine()
        self.assertEqual(list(machine), ["cpu", "hardware_threads", "memory_gb", "system"])
        self.assertGreater(machine["hardware_threads"], 0)

    def test_versions(self):
        self.assertEqual(list(measuring.versions(sys.executable)), ["python", "compiler", "libtorch", "commit"])

    def test_versions_without_git(self):
        with mock.patch("shutil.which", return_value=None):
            self.assertEqual(measuring.versions(sys.executable)["commit"], "")

    def test_rows_are_lines_and_nothing_else_is_left(self):
        data = {"machine": {"cpu": "some"}, "runs": [{"a": 1, "b": [2, 3]}, {"a": "φ"}]}
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "result.json"
            measuring.written(path, data, "runs")
            self.assertEqual(json.loads(path.read_text(encoding="utf-8")), data)
            self.assertIn('{"a":1,"b":[2,3]},\n{"a":"φ"}\n', path.read_text(encoding="utf-8"))
            measuring.written(path, data)
            self.assertEqual(json.loads(path.read_text(encoding="utf-8")), data)
            self.assertEqual(list(Path(folder).iterdir()), [path])


if __name__ == "__main__":
    unittest.main()
