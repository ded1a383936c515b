"""opara_run on real ONNX networks, every policy, for real, against their reference outputs."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM = sys.argv.pop(1)
MODELS = os.environ.get("OPARA_MODELS")


class Models(unittest.TestCase):
    def run_model(self, name, most):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "report.json"
            result = subprocess.run(
                [PROGRAM, Path(MODELS) / f"{name}.onnx", "--backend", "host", "--report", path],
                capture_output=True, text=True, check=False,
            )
            self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
            report = json.loads(path.read_text())
        self.assertEqual(len(report["policies"]), 13)
        self.assertEqual(report["host"]["max_relative_difference"], 0)
        self.assertLessEqual(report["host"]["reference_difference"], most)
        return report

    def test_light_inception_v1(self):
        report = self.run_model("light_inception_v1", 1e-3)
        self.assertEqual((report["operators"], report["edges"], report["width"]), (143, 169, 4))

    def test_light_squeezenet(self):
        self.run_model("light_squeezenet", 1e-3)

    def test_light_resnet50(self):
        self.run_model("light_resnet50", 1e-3)

    def test_bert_tiny_squad(self):
        report = self.run_model("bert_tiny_squad", 1e-4)
        self.assertEqual((report["operators"], report["edges"], report["width"]), (971, 1188, 7))


if __name__ == "__main__":
    if MODELS is None:
        print("SKIPPED: OPARA_MODELS names no folder with the ONNX models")
        sys.exit(77)
    unittest.main()
