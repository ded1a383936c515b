"""How the tests of opara_train run it. Not a program."""

import json
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM = sys.argv.pop(1)
VERIFY = sys.argv.pop(1) if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else None


class Training(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def run_it(self, *arguments, out="out"):
        return subprocess.run([PROGRAM, *map(str, arguments), "--out", self.folder / out],
                              capture_output=True, text=True, check=False)

    def trained(self, *arguments, out="out", code=1):
        result = self.run_it(*arguments, out=out)
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        return result

    def refused(self, expected, *arguments):
        result = self.run_it(*arguments)
        self.assertEqual(result.returncode, 2, result.stdout + result.stderr)
        self.assertIn(expected, result.stderr)
        self.assertEqual(result.stdout, "")

    def header(self, name, out="out"):
        """What a checkpoint says of itself: its second line."""
        return json.loads((self.folder / out / f"{name}.checkpoint").read_bytes().split(b"\n", 2)[1])

    def killed(self, seconds, *arguments, out="out"):
        """Runs it and kills it after a while. Whether it was still running."""
        with subprocess.Popen([PROGRAM, *map(str, arguments), "--out", self.folder / out], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as process:
            try:
                process.wait(timeout=seconds)
            except subprocess.TimeoutExpired:
                process.kill()
        return process.returncode == -signal.SIGKILL

    def assert_equal_files(self, name, one, other):
        """Controllers, episodes and agents are the same; seconds are not."""
        for ending in ("json", "onnx"):
            files = [self.folder / out / f"{name}.{ending}" for out in (one, other)]
            self.assertEqual(*(file.exists() for file in files))
            if files[0].exists():
                self.assertEqual(*(file.read_bytes() for file in files))
        self.assertEqual(self.log(name, one)["episodes"], self.log(name, other)["episodes"])
        self.assertEqual(*((self.folder / out / f"{name}.checkpoint").read_bytes().split(b"\n", 2)[2]
                           for out in (one, other)))

    def log(self, name, out="out"):
        return json.loads((self.folder / out / f"{name}.log.json").read_text())
