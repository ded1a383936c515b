"""The networks of examples/drl/verified: what is said of each is proved again; what takes long, with --slow only."""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM = sys.argv.pop(1)
SLOW = "--slow" in sys.argv
if SLOW:
    sys.argv.remove("--slow")
FOLDER = Path(__file__).resolve().parent.parent.parent / "examples" / "drl" / "verified"
NETWORKS = json.loads((FOLDER / "verified.json").read_text(encoding="utf-8"))["networks"]


class Verified(unittest.TestCase):
    def test_each_file_has_its_entry_and_each_entry_its_file(self):
        files = sorted(p.name for p in FOLDER.iterdir() if p.name != "verified.json")
        self.assertEqual(files, sorted(n["file"] for n in NETWORKS))

    def test_the_verdicts_are_those_that_are_told(self):
        for network in NETWORKS:
            for asked in network["properties"]:
                with self.subTest(network=network["file"], property=asked["ask"], options=asked["options"]):
                    if asked.get("slow", False) and not SLOW:
                        self.skipTest("takes long")
                    self.assertEqual(self.verdict(network, asked), asked["verdict"])

    def verdict(self, network, asked):
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "report.json"
            controller = FOLDER / network["file"]
            result = subprocess.run([PROGRAM, network["system"], "--controller", controller, "--property", asked["ask"],
                                     "--report", report, *asked["options"]], capture_output=True, text=True, check=False)
            self.assertLess(result.returncode, 2, result.stderr)
            return json.loads(report.read_text())["verdict"]


if __name__ == "__main__":
    unittest.main()
