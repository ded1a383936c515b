"""opara_verify --export as a user runs it: the files it writes, and what it says when something is wrong."""

import json
import resource
import signal
import struct
import subprocess
import sys
import tarfile
import tempfile
import time
import unittest
from pathlib import Path

PROGRAM = sys.argv.pop(1)
FORMATS = ["aiger", "aut", "dot", "drn", "hoa", "prism", "promela", "smv", "umb"]

# Always u = 1 on B1, on a coarse grid: it leaves the domain, and is small enough to be drawn.
CONTROLLER = {
    "name": "constant", "system": "b1", "activation": "relu", "output_activation": "identity", "output_scale": 1.0,
    "state_space": [[-1.5, -1.5], [1.5, 1.5]], "granularity": [0.5, 0.5],
    "layers": [{"weight": [[0.0, 0.0, 0.0, 0.0]], "bias": [1.0]}],
}


class Exports(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        (self.folder / "constant.json").write_text(json.dumps(CONTROLLER))

    def run_it(self, *arguments):
        return subprocess.run(
            [PROGRAM, "b1", "--controller", self.folder / "constant.json", *map(str, arguments)],
            capture_output=True, text=True, check=False,
        )

    def refused(self, expected, *arguments):
        result = self.run_it(*arguments)
        self.assertEqual(result.returncode, 2, result.stdout + result.stderr)
        self.assertIn(expected, result.stderr)
        self.assertEqual(result.stdout, "")

    def test_every_format_at_once(self):
        report = self.folder / "report.json"
        wanted = [word for f in FORMATS for word in ("--export", f"{f}:{self.folder}/model.{f}")]
        result = self.run_it("--property", "AG !unexplored", "--report", report, *wanted)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        found = json.loads(report.read_text())
        self.assertEqual([e["format"] for e in found["exports"]], FORMATS)
        states, transitions = found["states"], found["transitions"]
        self.assertGreater(states, 30)
        text = {p.name: p.read_text() for p in self.folder.iterdir() if p.suffix not in (".umb", ".aiger")}
        self.assertEqual(text["model.prism.tra"].split("\n")[0], f"{states} {transitions} {transitions}")
        self.assertEqual(text["model.prism.sta"].split("\n")[0], "(where,x0,x1)")
        self.assertEqual(len(text["model.prism.sta"].splitlines()), states + 1)
        self.assertIn('="outside"', text["model.prism.lab"].split("\n")[0])
        self.assertIn(f"@nr_states\n{states}\n@nr_choices\n{transitions}\n", text["model.drn"])
        self.assertIn(f",{states})\n", text["model.aut"])
        self.assertIn(f"States: {states}\n", text["model.hoa"])
        self.assertEqual(text["model.dot"].count("->"), transitions)
        self.assertIn("(AG !unexplored);\n", text["model.smv"])
        self.assertIn("where : 0..1;", text["model.smv"])
        self.assertIn("ltl property {", text["model.promela"])
        self.assertIn('#include "model.promela.h"', text["model.promela"])
        self.assertTrue((self.folder / "model.aiger").read_bytes().startswith(b"aig "))
        with tarfile.open(self.folder / "model.umb") as archive:
            index = json.load(archive.extractfile("index.json"))
            self.assertEqual(index["transition-system"]["#states"], states)
            self.assertEqual(index["transition-system"]["#branches"], transitions)
            for member in archive.getmembers():
                self.assertTrue(member.isreg(), member.name)
        self.assertIn(f"exported     aut to {self.folder}/model.aut\n", result.stdout)
        self.assertIn('/model.prism, where the property is  A [ G !"unexplored" ]\n', result.stdout)
        # Where nothing is unexplored a .drn file cannot name it.
        self.assertIn("/model.drn, where the property is  (P>=1 [G true])\n", result.stdout)
        self.assertFalse([p for p in text if p.endswith(".partial")])

    def test_exports_do_not_depend_on_the_verdict(self):
        result = self.run_it("--property", "AF goal", "--steps", "3", "--export", f"drn:{self.folder}/part.drn")
        self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
        self.assertIn(" unexplored", (self.folder / "part.drn").read_text())

    def test_a_device_is_written_as_it_is(self):
        result = self.run_it("--property", "AG safe", "--export", "aut:/dev/stdout")
        self.assertTrue(result.stdout.startswith("des ("), result.stdout[:200] + result.stderr)

    def test_mistakes(self):
        self.refused("there is no export format 'nusmv'; there are: " + " ".join(FORMATS), "--export", "nusmv:x")
        self.refused("there is no export format ''", "--export", ":x")
        self.refused("there is no export format 'aut dot'", "--export", "aut dot:x")
        self.refused("--export takes FORMAT:FILE, not 'model.aut'", "--export", "model.aut")
        self.refused("--export takes FORMAT:FILE, not 'aut:'", "--export", "aut:")
        self.refused("--export is unknown or lacks its value", "--export")

    def test_what_cannot_be_written_is_found_before_the_work_starts(self):
        # Such a grid would take hours.
        fine = ("--grid", "0.0001", "--property", "AF goal")
        self.refused("cannot create /no/such/folder/m.umb.partial: ", *fine, "--export", "umb:/no/such/folder/m.umb")
        self.refused(f"cannot replace {self.folder}: Is a directory", *fine, "--export", f"umb:{self.folder}")
        path = f"{self.folder}/m.tra"
        self.refused(f"two files are to be written to {path}", *fine, "--export", f"aut:{path}",
                     "--export", f"prism:{self.folder}/m")
        (self.folder / "m.sta").mkdir()
        self.refused(f"cannot replace {self.folder}/m.sta: Is a directory", *fine, "--export", f"prism:{self.folder}/m")
        self.refused('the export aiger needs a property like "AG safe"', *fine, "--export", f"aiger:{self.folder}/a")
        self.assertFalse((self.folder / "a").exists())

    def test_an_old_file_survives_a_full_disk(self):
        path = self.folder / "model.aut"
        path.write_text("old")
        # A limit on the size of files stands for the disk's end; restore_signals would let it end the program, too.
        result = subprocess.run(
            [PROGRAM, "b1", "--controller", self.folder / "constant.json", "--export", f"aut:{path}"],
            capture_output=True, text=True, check=False, restore_signals=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)),
        )
        self.assertEqual(result.returncode, 2, result.stdout + result.stderr)
        self.assertIn(f"cannot write {path}.partial: File too large", result.stderr)
        self.assertEqual(path.read_text(), "old")
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ["constant.json", "model.aut"])

    def test_an_interruption_leaves_old_files_as_they_are(self):
        model, report = self.folder / "model.aut", self.folder / "report.json"
        partial = self.folder / "model.aut.partial"
        # While cells are explored (such a grid would take hours), and while an export is written.
        for grid, sent in (("0.00005", signal.SIGINT), ("0.005", signal.SIGTERM)):
            model.write_text("old model")
            report.write_text("old report")
            with subprocess.Popen(
                [PROGRAM, "b1", "--controller", self.folder / "constant.json", "--property", "AF goal", "--grid", grid,
                 "--report", report, "--export", f"aut:{model}"], stdout=subprocess.DEVNULL,
            ) as process:
                time.sleep(0.5)
                while sent == signal.SIGTERM and not partial.exists() and process.poll() is None:
                    time.sleep(0.0005)
                process.send_signal(sent)
                self.assertEqual(process.wait(), -sent)
            self.assertEqual(model.read_text(), "old model")
            self.assertEqual(report.read_text(), "old report")


def field(number, value):
    """A field of a protobuf message: a whole number, or text, bytes or another message."""
    def varint(n):
        return bytes([n]) if n < 128 else bytes([n % 128 + 128]) + varint(n // 128)
    if isinstance(value, int):
        return varint(8 * number) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(8 * number + 2) + varint(len(data)) + data


def onnx_model(weight, bias, operator="Tanh"):
    """One layer as an ONNX file, `weight` a list of rows, one an input."""
    def tensor(name, dims, numbers):
        return field(5, b"".join(field(1, d) for d in dims) + field(2, 1) + field(8, name) +
                     field(9, struct.pack(f"<{len(numbers)}f", *numbers)))

    def value(number, name, dims):
        shape = b"".join(field(1, field(1, d)) for d in dims)
        return field(number, field(1, name) + field(2, field(1, field(1, 1) + field(2, shape))))

    def node(kind, name, inputs, output):
        return field(1, b"".join(field(1, i) for i in inputs) + field(2, output) + field(3, name) + field(4, kind))

    graph = (node("MatMul", "fc", ["x", "w"], "p") + node("Add", "bias", ["p", "b"], "s") +
             node(operator, "last", ["s"], "y") + field(2, "controller") +
             tensor("w", [len(weight), len(bias)], [n for row in weight for n in row]) +
             tensor("b", [len(bias)], bias) + value(11, "x", [1, len(weight)]) + value(12, "y", [1, len(bias)]))
    return field(1, 8) + field(7, graph) + field(8, field(1, "") + field(2, 13))


class Onnx(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def run_it(self, controller, *arguments):
        return subprocess.run([PROGRAM, "b1", "--controller", controller, *map(str, arguments)],
                              capture_output=True, text=True, check=False)

    def test_a_controller_as_onnx_gives_what_it_gives_as_json(self):
        weight, bias = [[0.5], [-0.25], [0.125], [-1.5]], [0.75]
        (self.folder / "same.onnx").write_bytes(onnx_model(weight, bias))
        (self.folder / "same.json").write_text(json.dumps({
            "name": "same", "system": "b1", "activation": "relu", "output_activation": "tanh", "output_scale": 4.0,
            "state_space": [[-2.5, -2.5], [2.5, 2.5]], "granularity": [0.02, 0.02],
            "layers": [{"weight": [[row[0] for row in weight]], "bias": bias}]}))
        found = {}
        for kind in ("onnx", "json"):
            report = self.folder / f"report.{kind}"
            result = self.run_it(self.folder / f"same.{kind}", "--property", "AG safe", "--report", report)
            self.assertIn(result.returncode, (0, 1), result.stdout + result.stderr)
            found[kind] = json.loads(report.read_text())
            for volatile in ("build_s", "check_s"):
                del found[kind][volatile]
        self.assertEqual(found["onnx"], found["json"])
        self.assertGreater(found["onnx"]["states"], 100)
        # The scale is what makes them one: with another one the loop is another.
        report = self.folder / "other"
        self.run_it(self.folder / "same.onnx", "--property", "AG safe", "--scale", "1", "--report", report)
        self.assertNotEqual(json.loads(report.read_text())["states"], found["json"]["states"])

    def test_what_is_no_controller(self):
        def refused(expected, content):
            (self.folder / "bad.onnx").write_bytes(content)
            result = self.run_it(self.folder / "bad.onnx")
            self.assertEqual(result.returncode, 2, result.stdout)
            self.assertIn(expected, result.stderr)

        refused("truncated, corrupted or not an ONNX model", b"{}")
        refused("'last' (Softmax)", onnx_model([[1.0]] * 4, [0.0], "Softmax"))
        refused("'fc' (MatMul)", onnx_model([[float("nan")]] * 4, [0.0]))
        refused("must take 4 numbers, this one takes 3", onnx_model([[1.0]] * 3, [0.0]))
        refused("must give 1 numbers, and gives 2", onnx_model([[1.0, 2.0]] * 4, [0.0, 0.0]))
        (self.folder / "flat.json").write_text(json.dumps({**CONTROLLER, "state_space": [[], []], "granularity": []}))
        self.assertIn("has no dimension", self.run_it(self.folder / "flat.json").stderr)
        (self.folder / "chooses.json").write_text(json.dumps({**CONTROLLER, "head": "argmax"}))
        self.assertIn("--scale means nothing", self.run_it(self.folder / "chooses.json", "--scale", "2").stderr)


if __name__ == "__main__":
    unittest.main()
