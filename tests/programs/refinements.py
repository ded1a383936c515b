"""How the tests of opara_refine run it. Not a program."""

import json
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path

PROGRAM, VERIFY = sys.argv.pop(1), sys.argv.pop(1)
# Hardly trained: counterexamples are real, and after the second one in a row cells of the policy are cut.
UNTRAINED = ("b2_trainify", "--episodes", 3, "--further", 3, "--evaluations", 3, "--patience", 2, "--proof-rounds", 1)


def changed(options, *others):
    """The same options, but for these: none may be given twice."""
    names, values = others[::2], others[1::2]
    rest = [x for k in range(1, len(options), 2) if options[k] not in names for x in options[k:k + 2]]
    return (options[0], *rest, *(x for pair in zip(names, values) for x in pair))


def without_times(value):
    """A report but for what differs from run to run."""
    if isinstance(value, dict):
        return {k: without_times(v) for k, v in value.items() if k not in ("seconds", "training_s")}
    return [without_times(v) for v in value] if isinstance(value, list) else value


class Refinement(unittest.TestCase):
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
