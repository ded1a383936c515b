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
import xml.etree.ElementTree as ElementTree
from pathlib import Path

PROGRAM = sys.argv.pop(1)
VERIFIED = Path(__file__).resolve().parents[2] / "examples/drl/verified"
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

    def test_what_does_not_fit_the_controller_is_refused(self):
        self.refused("--at-least, --actions and --simulate are for policies that choose by lot", "--at-least", "0.5")
        other = subprocess.run([PROGRAM, "nosuch", "--controller", self.folder / "constant.json"],
                               capture_output=True, text=True, check=False)
        self.assertEqual(other.returncode, 2)
        self.assertIn("unknown system 'nosuch'", other.stderr)

    def test_more_threads_than_any_machine_has(self):
        result = self.run_it("--property", "AG !unexplored", "--threads", 2**50)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

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
        states = int(result.stdout.split("(")[1].split(",")[2].split(")")[0])
        self.assertEqual(len(result.stdout.splitlines()), int(result.stdout.split(",")[1]) + 1, states)  # nothing else
        self.assertIn("verdict      not proved", result.stderr)
        result = self.run_it("--property", "AG safe", "--report", "/dev/stdout")
        self.assertEqual(json.loads(result.stdout)["verdict"], "not proved")
        self.assertIn("verdict      not proved", result.stderr)
        result = self.run_it("--property", "AG safe", "--report", "/dev/stderr")
        self.assertIn("verdict      not proved", result.stdout)
        self.assertEqual(json.loads(result.stderr)["system"], "b1")

    def test_what_the_shell_appends_to_stays(self):
        log, program = self.folder / "log", f"{PROGRAM} b1 --controller {self.folder}/constant.json --property 'AG safe'"
        for words, expected in (
            ("--report /dev/stdout >> log", r"precious\n{.*}\n"),
            ("--report /proc/self/fd/1 >> log", r"precious\n{.*}\n"),
            ("--report /dev/stderr 2>> log", r"precious\n{.*}\n"),
            ("--report /dev/fd/3 3>> log", r"precious\n{.*}\n"),
            ("--export aut:/dev/stdout --report /dev/stdout >> log", r"precious\ndes .*{.*}\n"),
            ("--report /dev/stdout > log", r"{.*}\n"),
            ("--export aut:/dev/fd/3 3> log", r"des \(.*\)\n"),
            ("--report /dev/stdout >> log 2>&1", r"precious\n{.*}\nb1 under .*verdict .*\n"),
        ):
            log.write_text("precious\n")
            result = subprocess.run(f"{program} {words}", shell=True, capture_output=True, text=True, check=False,
                                    cwd=self.folder)
            self.assertEqual(result.returncode, 1, result.stderr)
            self.assertRegex(log.read_text(), f"(?s)^{expected}$", words)
            self.assertEqual("verdict" in result.stdout + result.stderr, "2>&1" not in words, words)
            self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ["constant.json", "log"])
        log.write_text("precious\n")
        result = subprocess.run(f"{program} --report /dev/stdout --picture log >> log", shell=True, capture_output=True,
                                text=True, check=False, cwd=self.folder)
        self.assertEqual(result.returncode, 2)
        self.assertIn("two files are to be written to log, which is /dev/stdout", result.stderr)
        self.assertEqual(log.read_text(), "precious\n")

    def test_a_verdict_that_is_lost_is_an_error(self):
        program = f"{PROGRAM} b1 --controller {self.folder}/constant.json --property 'AG !unexplored'"
        for words, why in (("> /dev/full", "No space left on device"), (">&-", "Bad file descriptor"),
                           (f"--report {self.folder}/r.json >&-", "Bad file descriptor"),
                           (f"--report {self.folder}/r.json 0<&- >&- 2>{self.folder}/err", "Bad file descriptor")):
            result = subprocess.run(f"{program} {words}", shell=True, capture_output=True, text=True, check=False)
            self.assertEqual(result.returncode, 2, words)
            said = result.stderr or (self.folder / "err").read_text()
            self.assertIn(f"opara_verify: what was found could not be written to the standard output: {why}", said)
            if "--report" in words:
                self.assertEqual(json.loads((self.folder / "r.json").read_text())["verdict"], "proved")
        result = subprocess.run(f"{program} --help > /dev/full", shell=True, capture_output=True, text=True, check=False)
        self.assertEqual(result.returncode, 2)
        self.assertIn("No space left on device", result.stderr)
        # With the standard error closed, what would be said there gets into no file.
        result = subprocess.run(f"{program} --grid 0.01 --report {self.folder}/r.json 2>&-", shell=True,
                                capture_output=True, text=True, check=False)
        self.assertEqual(result.returncode, 0)
        self.assertEqual(json.loads((self.folder / "r.json").read_text())["verdict"], "proved")

    def test_a_reader_that_goes_away_leaves_no_partial_file(self):
        program = f"{PROGRAM} b1 --controller {self.folder}/constant.json --property 'AG safe' --grid 0.02"
        result = subprocess.run(["bash", "-c", f"{program} --export umb:{self.folder}/a.umb --export aut:/dev/stdout | "
                                 'head -c 10; echo "${PIPESTATUS[0]}"'], capture_output=True, text=True, check=False)
        self.assertEqual(result.stdout.splitlines()[-1][-3:], str(128 + signal.SIGPIPE), result.stderr)
        self.assertEqual([p.name for p in self.folder.iterdir()], ["constant.json"])

    def test_a_mistake_is_one_line(self):
        result = self.run_it("--nosuch")
        self.assertEqual((result.returncode, result.stdout), (2, ""))
        self.assertEqual(result.stderr, "opara_verify: unknown option --nosuch\n(opara_verify --help tells more)\n")
        self.refused('there is no label "save"; there are: outside, unexplored, ', "--property", "AG save")
        self.refused("dimension 1 goes from 0.7 to 2, and the domain's from -1.5 to 1.5", "--initial", "0.7,0.7:2")

    def test_an_option_may_have_its_value_behind_a_sign(self):
        plain = self.run_it("--property", "AG !unexplored", "--initial", "-0.6:-0.4,0.5")
        self.assertEqual(plain.returncode, 0, plain.stderr)
        result = self.run_it("--property=AG !unexplored", "--initial=-0.6:-0.4,0.5")
        self.assertEqual(result.stdout.split("verdict")[1], plain.stdout.split("verdict")[1])
        self.assertEqual(self.run_it("--property=AG !unexplored", "--refine=1").returncode, 0)
        self.refused("--grid takes something, not ''", "--grid=")
        self.refused("--tube takes no value", "--tube=3")
        self.refused("unknown option --grit", "--grit=3")

    def test_files_that_are_no_controllers(self):
        for text, why in (
            (json.dumps({**CONTROLLER, "state_space": [[-1.5, 1.5], [1.5, -1.5]]}),
             "$.state_space[1][1]: must be above the lower corner's 1.5, is -1.5"),
            (json.dumps({**CONTROLLER, "layers": [{"weight": [[0, 0, 1e300, 0]], "bias": [1]}]}),
             "$.layers[0].weight[0][2]: is too large for single precision, in which controllers are"),
            (json.dumps(CONTROLLER)[:-1] + ', "output_scale": 3}', 'the key "output_scale" is there twice'),
        ):
            (self.folder / "bad.json").write_text(text)
            result = subprocess.run([PROGRAM, "b1", "--controller", self.folder / "bad.json"], capture_output=True,
                                    text=True, check=False)
            self.assertEqual(result.returncode, 2)
            self.assertIn(f"the controller in {self.folder}/bad.json: ", result.stderr)
            self.assertIn(why, result.stderr)
        (self.folder / "endless.json").symlink_to("/dev/zero")
        (self.folder / "endless.onnx").symlink_to("/dev/zero")
        for name, limit in (("endless.json", 2**34), ("endless.json", 2**27), ("endless.onnx", 2**28)):
            result = subprocess.run([PROGRAM, "b1", "--controller", self.folder / name], capture_output=True, text=True,
                                    check=False, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))
            self.assertEqual(result.returncode, 2)
            self.assertIn(f"cannot read {self.folder}/endless.json: it has more than" if limit == 2**34 else
                          f"there is not enough memory to read the controller in {self.folder}/{name}", result.stderr)

    def test_mistakes(self):
        self.refused("there is no export format 'nusmv'; there are: " + " ".join(FORMATS), "--export", "nusmv:x")
        self.refused("there is no export format ''", "--export", ":x")
        self.refused("there is no export format 'aut dot'", "--export", "aut dot:x")
        self.refused("--export takes FORMAT:FILE, not 'model.aut'", "--export", "model.aut")
        self.refused("--export takes FORMAT:FILE, not 'aut:'", "--export", "aut:")
        self.refused("--export lacks its value", "--export")
        # Of two properties one would not have been asked, and the exit code would not be about it.
        self.refused("--property is given twice", "--property", "safe", "--property=goal")
        self.refused("--tube is given twice", "--tube", "--tube")
        for number in ("1.5", "-1", "1e3"):
            self.refused(f"--refine takes a whole number, not '{number}'", "--refine", number)
        for several in ("prism", "promela"):
            self.refused(f"--export {several} writes several files, whose names begin with FILE, and /dev/stdout is none",
                         "--export", f"{several}:/dev/stdout")
        for option in ("--property", "--report", "--picture"):
            self.refused(f"{option} takes something, not ''", option, "")
        self.refused("--scale takes finite numbers, not 'nan'", "--scale", "nan")
        self.refused("--steps takes 1 at least", "--steps", "0")
        self.refused("dimension 0 cannot have cells of width 1e-09", "--grid", "1e-9")
        self.refused("line 1, column 1: F takes a formula of states", "--property", "F G safe")

    def test_linear_time_is_decided_as_what_it_means_of_all_runs(self):
        verdicts = [self.run_it("--property", text, "--grid", "0.1").stdout.split("verdict")[1].split("\n")[0]
                    for text in ("G safe", "AG safe")]
        self.assertEqual(verdicts[0], verdicts[1])

    def test_what_cannot_be_written_is_found_before_the_work_starts(self):
        # Such a grid would take hours.
        fine = ("--grid", "0.0001", "--property", "AF goal")
        self.refused("cannot create /no/such/folder/m.umb.partial: ", *fine, "--export", "umb:/no/such/folder/m.umb")
        self.refused(f"cannot replace {self.folder}: Is a directory", *fine, "--export", f"umb:{self.folder}")
        path = f"{self.folder}/m.tra"
        self.refused(f"two files are to be written to {path}", *fine, "--export", f"aut:{path}",
                     "--export", f"prism:{self.folder}/m")
        (self.folder / "link").symlink_to("m.aut")  # which is not there yet
        self.refused(f"two files are to be written to {self.folder}/link", *fine, "--export", f"aut:{self.folder}/m.aut",
                     "--export", f"dot:{self.folder}/link")
        (self.folder / "m.sta").mkdir()
        self.refused(f"cannot replace {self.folder}/m.sta: Is a directory", *fine, "--export", f"prism:{self.folder}/m")
        self.refused('the export aiger needs a property like "AG safe"', *fine, "--export", f"aiger:{self.folder}/a")
        self.assertFalse((self.folder / "a").exists())

    def with_full_disk(self, size, *arguments):
        """A limit on the size of files stands for the disk's end."""
        return subprocess.run(
            [PROGRAM, "b1", "--controller", self.folder / "constant.json", *map(str, arguments)],
            capture_output=True, text=True, check=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
        )

    def test_an_old_file_survives_a_full_disk(self):
        path = self.folder / "model.aut"
        path.write_text("old")
        result = self.with_full_disk(1000, "--export", f"aut:{path}")
        self.assertEqual(result.returncode, 2, result.stdout + result.stderr)
        self.assertIn(f"cannot write {path}.partial: File too large", result.stderr)
        self.assertEqual(path.read_text(), "old")
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ["constant.json", "model.aut"])

    def test_files_that_belong_together_survive_a_full_disk_together(self):
        for exports, files in (
            (["promela:m.pml"], ["m.pml", "m.pml.h"]),
            (["prism:m"], ["m.lab", "m.sta", "m.tra"]),
            (["promela:m.pml", "aut:m.aut"], ["m.aut", "m.pml", "m.pml.h"]),
        ):
            wanted = [word for e in exports for word in ("--export", e.replace(":", f":{self.folder}/"))]
            self.assertEqual(self.run_it("--property", "AG safe", *wanted).returncode, 1)
            sizes = {name: (self.folder / name).stat().st_size for name in files}
            # At least one fits, and at least one does not.
            limit = max(sizes.values()) - 1
            self.assertLessEqual(min(sizes.values()), limit)
            for name in files:
                (self.folder / name).write_text(f"old {name}")
            result = self.with_full_disk(limit, "--property", "AG safe", *wanted)
            self.assertEqual(result.returncode, 2, result.stdout + result.stderr)
            self.assertIn("File too large", result.stderr)
            for name in files:
                self.assertEqual((self.folder / name).read_text(), f"old {name}")
            self.assertEqual(sorted(p.name for p in self.folder.iterdir()), sorted(["constant.json", *files]))
            for name in files:
                (self.folder / name).unlink()

    def test_a_picture_belongs_to_the_exports(self):
        picture, model = self.folder / "p.svg", self.folder / "m.aut"
        wanted = ("--property", "AG safe", "--picture", picture, "--export", f"aut:{model}")
        self.assertEqual(self.run_it(*wanted).returncode, 1)
        sizes = sorted(p.stat().st_size for p in (picture, model))
        self.assertLess(sizes[0], sizes[1])
        for p in (picture, model):
            p.write_text("old")
        self.assertEqual(self.with_full_disk(sizes[0], *wanted).returncode, 2)
        self.assertEqual([p.read_text() for p in (picture, model)], ["old", "old"])

    def test_a_report_belongs_to_the_exports(self):
        report, model = self.folder / "report.json", self.folder / "m.aut"
        # The report, or the export, is what does not fit.
        for grid, larger in (("0.5", report), ("0.05", model)):
            wanted = ("--grid", grid, "--property", "AG safe", "--report", report, "--export", f"aut:{model}")
            self.assertEqual(self.run_it(*wanted).returncode, 1)
            sizes = {p: p.stat().st_size for p in (report, model)}
            self.assertEqual(max(sizes, key=sizes.get), larger)
            for p in sizes:
                p.write_text("old")
            result = self.with_full_disk(min(sizes.values()), *wanted)
            self.assertEqual((result.returncode, result.stdout), (2, ""), result.stderr)
            self.assertIn(f"cannot write {larger}.partial: File too large", result.stderr)
            self.assertEqual([p.read_text() for p in sizes], ["old", "old"])
            self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ["constant.json", "m.aut", "report.json"])

    def test_whatever_is_computed_a_report_that_cannot_be_written_leaves_all_files(self):
        picture, model = self.folder / "p.svg", self.folder / "m"
        lot = {**CONTROLLER, "head": "softmax", "actions": [1.0]}
        (self.folder / "lot.json").write_text(json.dumps(lot))
        full = ("--property", "AG safe", "--report", "/dev/full")
        for name, wanted in (
            ("constant.json", ("--picture", picture, "--export", f"aut:{model}")),
            ("constant.json", ("--project", "0", "--picture", picture, "--export", f"drn:{model}")),
            ("constant.json", ("--refine", "--max-cells", "50", "--picture", picture)),
            ("lot.json", ("--export", f"drn:{model}")),
        ):
            files = [p for p in (picture, model) if any(str(p) in str(word) for word in wanted)]
            for p in files:
                p.write_text("old")
            command = [PROGRAM, "b1", "--controller", self.folder / name, *map(str, (*full, *wanted))]
            result = subprocess.run(command, capture_output=True, text=True, check=False)
            self.assertEqual((result.returncode, result.stdout), (2, ""), result.stderr)
            self.assertIn("cannot write /dev/full: No space left on device", result.stderr)
            self.assertEqual([p.read_text() for p in files], ["old"] * len(files), name)
            command[command.index("/dev/full")] = str(self.folder / "report.json")  # nothing else hindered it
            self.assertIn(subprocess.run(command, capture_output=True, check=False).returncode, (0, 1))
            self.assertNotIn("old", [p.read_text() for p in files])
            self.assertEqual(json.loads((self.folder / "report.json").read_text())["system"], "b1")
            for p in (*files, self.folder / "report.json"):
                p.unlink()
            self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ["constant.json", "lot.json"])

    def test_a_name_that_spin_could_not_include_is_refused_before_the_work_starts(self):
        self.refused("SPIN cannot include a table from", "--grid", "0.0001", "--property", "AF goal",
                     "--export", f'promela:{self.folder}/a"b.pml')

    def test_an_interruption_leaves_old_files_as_they_are(self):
        model, report = self.folder / "model.aut", self.folder / "report.json"
        partial = self.folder / "model.aut.partial"
        # While cells are explored (such a grid would take hours), and while an export is written.
        for grid, sent in (("0.00005", signal.SIGINT), ("0.005", signal.SIGTERM), ("0.00005", signal.SIGQUIT)):
            model.write_text("old model")
            report.write_text("old report")
            with subprocess.Popen(
                [PROGRAM, "b1", "--controller", self.folder / "constant.json", "--property", "AF goal", "--grid", grid,
                 "--report", report, "--export", f"aut:{model}"], stdout=subprocess.DEVNULL,
                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (0, 0)),
            ) as process:
                time.sleep(0.5)
                while sent == signal.SIGTERM and not partial.exists() and process.poll() is None:
                    time.sleep(0.0005)
                process.send_signal(sent)
                self.assertEqual(process.wait(), -sent)
            self.assertEqual(model.read_text(), "old model")
            self.assertEqual(report.read_text(), "old report")
            self.assertEqual(sorted(p.name for p in self.folder.iterdir()),
                             ["constant.json", "model.aut", "report.json"])


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

    def test_a_file_that_states_other_outputs_than_its_network_has(self):
        for stated, code in ((1.0, 1), (1.5, 2)):
            file = self.folder / "checked.json"
            file.write_text(json.dumps({**CONTROLLER, "check": [{"input": [0, 0, 1, 1], "output": [stated]}]}))
            result = self.run_it(file, "--property", "AG safe")
            self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        self.assertIn(f"the controller in {file}: $.check[0].output[0]: is 1.5, but the network gives 1 for that input",
                      result.stderr)

    def test_what_is_no_controller(self):
        def refused(expected, content):
            (self.folder / "bad.onnx").write_bytes(content)
            result = self.run_it(self.folder / "bad.onnx")
            self.assertEqual(result.returncode, 2, result.stdout)
            self.assertIn(expected, result.stderr)

        for wrong, why in (("{", "JSON, line 1, column 2"), ("{}", '$: has no "activation"')):
            (self.folder / "bad.json").write_text(wrong)
            result = self.run_it(self.folder / "bad.json")
            self.assertEqual(result.returncode, 2)
            self.assertIn(f"the controller in {self.folder}/bad.json: {why}", result.stderr)
        refused("truncated, corrupted or not an ONNX model", b"{}")
        refused(f"the controller in {self.folder}/bad.onnx: ", onnx_model([[1.0]] * 4, [0.0], "Softmax"))
        refused("'last' (Softmax)", onnx_model([[1.0]] * 4, [0.0], "Softmax"))
        refused("'fc' (MatMul)", onnx_model([[float("nan")]] * 4, [0.0]))
        refused(f"the controller in {self.folder}/bad.onnx: a controller for 2 dimensions must take 4 numbers, this one "
                "takes 3",
                onnx_model([[1.0]] * 3, [0.0]))
        refused("must give 1 numbers, and gives 2", onnx_model([[1.0, 2.0]] * 4, [0.0, 0.0]))
        (self.folder / "flat.json").write_text(json.dumps({**CONTROLLER, "state_space": [[], []], "granularity": []}))
        self.assertIn("has no dimension", self.run_it(self.folder / "flat.json").stderr)
        (self.folder / "chooses.json").write_text(json.dumps({**CONTROLLER, "head": "argmax"}))
        self.assertIn("--scale means nothing", self.run_it(self.folder / "chooses.json", "--scale", "2").stderr)


def controller(system, inputs, bias, space, widths, **more):
    """A controller that always puts out the same numbers."""
    return {"name": "constant", "system": system, "activation": "relu", "output_activation": "identity",
            "output_scale": 1.0, "state_space": space, "granularity": widths,
            "layers": [{"weight": [[0.0] * inputs] * len(bias), "bias": bias}], **more}


class Competition(unittest.TestCase):
    """The systems of ARCH-COMP, under constant controllers, where the truth is known."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def run_it(self, system, controllers, *arguments):
        words = []
        for k, each in enumerate(controllers):
            (self.folder / f"c{k}.json").write_text(json.dumps(each))
            words += ["--controller", self.folder / f"c{k}.json"]
        report = self.folder / "report.json"
        report.unlink(missing_ok=True)
        result = subprocess.run([PROGRAM, system, *map(str, words), *map(str, arguments), "--report", str(report)],
                                capture_output=True, text=True, check=False)
        return result, json.loads(report.read_text()) if report.exists() else None

    def test_a_pendulum_without_torque_falls(self):
        falls = controller("single_pendulum", 4, [0.0], [[-2, -6], [2, 6]], [0.05, 0.1])
        result, found = self.run_it("single_pendulum", [falls], "--steps", "20")
        self.assertEqual((result.returncode, found["verdict"]), (1, "not proved"), result.stderr)
        # A strong pull brings it inside in half a second, and beyond before a second is over.
        pulled = [{**falls, "output_offset": -0.9}]
        fine = ("--grid", "0.01", "--steps")
        result, found = self.run_it("single_pendulum", pulled, *fine, "10", "--property", "AX " * 10 + "inside")
        self.assertEqual((result.returncode, found["verdict"]), (0, "proved"), result.stderr)
        result, found = self.run_it("single_pendulum", pulled, *fine, "20")
        self.assertEqual((result.returncode, found["verdict"]), (1, "not proved"), result.stderr)

    def test_a_unicycle_takes_two_controls(self):
        space = [[-2, -8, -4, -5], [12, 4, 4, 5]]
        slow = controller("unicycle", 8, [19.5, 20.0], space, [0.1, 0.1, 0.05, 0.05], output_offset=-20.0)
        result, found = self.run_it("unicycle", [slow], "--steps", "1", "--property", "AX AX outside")
        self.assertEqual(result.returncode, 1, result.stderr)
        result, found = self.run_it("unicycle", [slow], "--tube", "--steps", "3")
        self.assertEqual(found["tube"]["steps"], 3, result.stderr)
        last = found["tube"]["hulls"][-1]  # after 0.6 s the speed is 1.5 - 0.3, up to the disturbance
        self.assertAlmostEqual(last["lower"][3], 1.2, delta=1e-3)
        self.assertLess(last["lower"][3], 1.2 - 5e-5)
        self.assertGreater(last["upper"][3], 1.21 + 5e-5)
        self.assertAlmostEqual(last["lower"][2], 2.1, delta=1e-9)  # no steering
        result, _ = self.run_it("unicycle", [{**slow, "head": "argmax"}])
        self.assertIn("chooses among actions, and the system takes 2 numbers", result.stderr)
        one = controller("unicycle", 8, [19.0], space, [0.1, 0.1, 0.1, 0.1])
        self.assertIn("must give 2 numbers, and gives 1", self.run_it("unicycle", [one])[0].stderr)

    def test_an_attitude_takes_three(self):
        rest = controller("attitude", 12, [0.0, 0.0, 0.0], [[-2] * 6, [2] * 6], [0.2] * 6)
        result, found = self.run_it("attitude", [rest], "--steps", "2", "--property", "AX !unsafe")
        self.assertEqual((result.returncode, found["verdict"]), (0, "proved"), result.stderr)
        self.assertGreater(found["states"], 10)

    def test_tora_stays_inside_until_it_passes_a_bound(self):
        still = controller("tora_stay", 8, [0.0], [[-10] * 4, [10] * 4], [0.1] * 4)
        result, found = self.run_it("tora_stay", [still], "--steps", "3", "--property", "AX AX (safe & inside)")
        self.assertEqual((result.returncode, found["verdict"]), (0, "proved"), result.stderr)
        # A step of 0.02 at a speed of 4.9 takes it from 1.35 over the bound of 1.5 in two steps, and is far from 5.
        away = ("--steps", "3", "--initial", "1.35,4.9,0,0")
        result, found = self.run_it("tora_stay", [still], *away, "--property", "stay")
        self.assertEqual((result.returncode, found["property"], found["verdict"]), (1, "AG safe", "not proved"))
        result, found = self.run_it("tora_stay", [still], *away, "--property", "AX AX inside")
        self.assertEqual((result.returncode, found["verdict"]), (0, "proved"), result.stderr)

    def test_a_tube_shows_for_how_many_steps_it_is_safe(self):
        still = controller("tora_stay", 8, [0.0], [[-10] * 4, [10] * 4], [0.1] * 4)
        result, found = self.run_it("tora_stay", [still], "--tube")
        self.assertEqual((result.returncode, found["property"]), (1, "AG safe"), result.stderr)
        self.assertEqual(found["verdict"], "holds within the bound of 20 steps, not proved beyond")
        self.assertEqual((found["bounded"], found["tube"]["safe_steps"], found["tube"]["steps"]), (20, 20, 20))
        # x1 at 1.35, 0.02 * 4.9 further in each step (a little less, as the speed sinks): 1.448, then 1.545.
        away = ("--initial", "1.35,4.9,0,0", "--tube")
        fast = ("--property", "AG inside")
        result, found = self.run_it("tora_stay", [still], *away, *fast, "--steps", "3")
        self.assertEqual(found["verdict"], "holds within the bound of 3 steps, not proved beyond", result.stderr)
        result, found = self.run_it("tora_stay", [still], "--initial", "1.35,1.5,0,0", "--tube")
        self.assertEqual(found["verdict"], "not proved: boxes leave the safe set; it holds for 5 steps", result.stderr)
        self.assertEqual((found["bounded"], found["tube"]["safe_steps"]), (False, 5))
        result, found = self.run_it("tora_stay", [still], *away)
        self.assertEqual(found["verdict"], "not proved: boxes leave the safe set", result.stderr)
        self.assertNotIn("safe_steps", found["tube"])
        b2 = controller("b2", 4, [0.0], [[-2.5, -2.5], [2.5, 2.5]], [0.05, 0.05])
        b2["layers"][0]["weight"] = [[-0.25, -0.375, -0.25, -0.375]]
        for ask in ("AF goal", "A[safe U goal]", "reach"):
            result, found = self.run_it("b2", [b2], "--tube", "--property", ask)
            self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
            self.assertRegex(found["verdict"], "^proved, after [0-9]+ steps at most$")
        for ask in ("A[safe U goal] | AG safe", "AG !goal", "AF AG safe", "goal"):
            result, _ = self.run_it("b2", [b2], "--tube", "--property", ask)
            self.assertEqual(result.returncode, 2)
            self.assertIn(f"a tube answers AF, AG and A[..U..] of the system's labels, not '{ask}'", result.stderr)
        result, _ = self.run_it("b2", [b2], "--tube", "--property", "AF nosuch")
        self.assertEqual(result.returncode, 2)
        self.assertIn("nosuch", result.stderr)

    def test_a_pendulum_by_its_angle_falls_without_torque(self):
        still = controller("pendulum_angle", 4, [0.0], [[-3.141592653589793, -8], [3.141592653589793, 8]], [0.02, 0.05])
        result, found = self.run_it("pendulum_angle", [still])
        self.assertEqual((result.returncode, found["property"], found["verdict"]), (1, "AG upright", "not proved"))
        self.assertEqual(found["counterexample"]["replay"]["verdict"], "real", result.stderr)
        self.assertEqual(found["initial"], {"lower": [-0.1, -0.1], "upper": [0.1, 0.1]})

    def test_laws_follow_the_state_inside_the_cell(self):
        # u = -x1 - 1.5 x2 keeps B2 safe.
        law = controller("b2", 4, [0.0, -0.5, -0.75], [[-2.5, -2.5], [2.5, 2.5]], [0.05, 0.05], head="affine",
                         output_scale=2.0)
        result, found = self.run_it("b2", [law], "--property", "safe")
        self.assertEqual((result.returncode, found["verdict"]), (0, "proved"), result.stdout + result.stderr)
        # Written by hand, the tube: after a step from [0.7, 0.9]^2, x2 is x2 + 0.05 u.
        result, found = self.run_it("b2", [law], "--tube", "--steps", "1")
        hull = found["tube"]["hulls"][1]
        self.assertAlmostEqual(hull["lower"][1], 0.7 + 0.05 * (-0.9 - 1.5 * 0.7), delta=1e-9)
        self.assertAlmostEqual(hull["upper"][1], 0.9 + 0.05 * (-0.7 - 1.5 * 0.9), delta=1e-9)
        result, _ = self.run_it("b2", [law], "--head", "scaled")
        self.assertIn("must give 1 numbers, and gives 3", result.stderr)
        result, _ = self.run_it("b2", [law], "--head", "square")
        self.assertIn("--head takes scaled, argmax, affine or softmax, not 'square'", result.stderr)
        result, _ = self.run_it("cart_pole", [controller("cart_pole", 8, [0.0] * 5, [[-1] * 4, [1] * 4], [1] * 4)],
                                "--head", "affine")
        self.assertIn("gives affine laws, and the system takes none", result.stderr)

    def test_a_projection_is_smaller_and_can_do_more(self):
        still = controller("tora", 8, [0.0], [[-2.5, -2.5, -2, -10], [2.5, 2.5, 2, 10]], [0.2, 0.2, 0.2, 0.2])
        steps = ("--steps", "3", "--property", "AX AX !outside")
        result, full = self.run_it("tora", [still], *steps)
        self.assertEqual((result.returncode, full["verdict"]), (0, "proved"), result.stderr)
        drn = self.folder / "small.drn"
        for dimensions, names in (("0,1", "x0,x1"), ("3", "x3"), ("2,0,1", "x2,x0,x1")):
            result, small = self.run_it("tora", [still], *steps, "--project", dimensions, "--export", f"drn:{drn}")
            # What is not explored lies over what is, so that the smaller system proves less.
            self.assertIn(small["verdict"].split(",")[0], ("proved", "holds within the bound of 3 steps"), result.stderr)
            self.assertEqual(small["projected_from"], full["states"])
            self.assertLess(small["states"], full["states"])
            self.assertIn(f"@nr_states\n{small['states']}\n", drn.read_text())
        for wrong, message in (("0,0", "--project: dimension 0 is named twice"), ("4", "--project: dimension 4 is none of 0 to 3"),
                               ("0,1,2,3", "up to 3 dimensions"), ("x", "takes a whole number, not 'x'")):
            result, _ = self.run_it("tora", [still], *steps, "--project", wrong)
            self.assertEqual(result.returncode, 2)
            self.assertIn(message, result.stderr)

    def test_a_coarse_policy_is_proved_on_cells_that_are_cut(self):
        # u = -x0 - 2 x1 in the middle of a cell of 0.25: the plain grid is too coarse to see that the goal is reached.
        law = controller("b2", 4, [0.0], [[-2.5, -2.5], [2.5, 2.5]], [0.25, 0.25])
        law["layers"][0]["weight"] = [[-0.5, -1.0, -0.5, -1.0]]
        result, plain = self.run_it("b2", [law])
        self.assertEqual((result.returncode, plain["verdict"]), (1, "not proved"), result.stderr)
        self.assertNotIn("rounds", plain)
        picture = self.folder / "cut.svg"
        result, found = self.run_it("b2", [law], "--refine", "--picture", picture)
        self.assertEqual((result.returncode, found["verdict"]), (0, "proved"), result.stderr)
        self.assertIn("all rounds in", result.stdout)
        rounds = found["rounds"]
        self.assertEqual(rounds[0]["cells"], plain["cells"])
        self.assertLessEqual(rounds[0]["states"], plain["states"])  # the same up to the goal
        self.assertEqual((rounds[-1]["states"], rounds[-1]["cells"]), (found["states"], found["cells"]))
        self.assertEqual((rounds[-1]["suspects"], rounds[-1]["cuts"]), (0, 0))
        for before, after in zip(rounds, rounds[1:]):
            self.assertEqual(after["cells"], before["cells"] + before["cuts"])
        self.assertTrue(picture.read_text().startswith("<svg"))
        result, short = self.run_it("b2", [law], "--refine", "3")
        self.assertEqual((result.returncode, short["verdict"]), (1, "not proved in so many rounds"), result.stderr)
        self.assertEqual(len(short["rounds"]), 4)
        result, small = self.run_it("b2", [law], "--refine", "--max-cells", "100")
        self.assertEqual((result.returncode, small["verdict"]), (1, "not proved with so many cells"), result.stderr)
        self.assertLessEqual(small["cells"], plain["cells"] + 100)
        result, refuted = self.run_it("b2", [law], "--refine", "--property", "AG goal")
        self.assertEqual((result.returncode, refuted["verdict"]),
                         (1, "not proved: a run of the system violates the property"), result.stderr)
        self.assertEqual(refuted["counterexample"]["replay"]["verdict"], "real")
        for words, message in ((("--refine", "--tube"), "are not for refined cells"),
                               (("--refine", "2", "--steps", "3"), "are not for refined cells"),
                               (("--max-cells", "3"), "--max-cells is for --refine"),
                               (("--refine", "--property", "EF goal"), "speaks of some runs, not of all")):
            result, _ = self.run_it("b2", [law], *words)
            self.assertEqual(result.returncode, 2)
            self.assertIn(message, result.stderr)

    def test_a_policy_keeps_its_cells_where_those_of_the_proof_are_finer(self):
        law = controller("b2", 4, [0.0], [[-2.5, -2.5], [2.5, 2.5]], [0.25, 0.25])
        law["layers"][0]["weight"] = [[-0.5, -1.0, -0.5, -1.0]]
        result, plain = self.run_it("b2", [law], "--property", "AG !outside")
        self.assertNotIn("trained", result.stdout)
        self.assertEqual((plain["decides_on"], plain["trained_on"]), ([0.25, 0.25], [0.25, 0.25]))
        result, same = self.run_it("b2", [law], "--property", "AG !outside", "--finer", "1")
        self.assertEqual({k: v for k, v in same.items() if k not in ("build_s", "check_s")},
                         {k: v for k, v in plain.items() if k not in ("build_s", "check_s")})
        model = self.folder / "fine.aut"
        result, fine = self.run_it("b2", [law], "--finer", "8", "--export", f"aut:{model}")
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertEqual((fine["decides_on"], fine["trained_on"]), ([0.25, 0.25], [0.25, 0.25]))
        self.assertEqual(fine["cells"], 64 * plain["cells"])
        self.assertIn("cells, parts of the policy's: 8 in each dimension\n", result.stdout)
        self.assertIn(f",{fine['states'] + 1})", model.read_text().split("\n")[0])  # several beginnings, so one more
        self.assertGreater(fine["states"], 4 * plain["states"])
        # Only where the proof's cells are finer it succeeds, with the policy that was trained.
        trained = json.loads((VERIFIED / "b1_trainify-ddpg-1.json").read_text())
        for parts, code in (("1", 1), ("5", 0)):
            result, found = self.run_it("b1_trainify", [trained], "--property", "reach", "--finer", parts)
            self.assertEqual(result.returncode, code, result.stdout + result.stderr)
            self.assertEqual(found["decides_on"], trained["granularity"])
        result, part = self.run_it("b2", [law], "--finer", "8,4", "--property", "AG !outside")
        self.assertEqual(part["cells"], 32 * plain["cells"])
        self.assertIn("parts of the policy's: 8 x 4\n", result.stdout)
        # On finer cells of its own it is another policy, and that is said.
        result, other = self.run_it("b2", [law], "--grid", "0.05", "--property", "AG !outside")
        self.assertIn("policy       decides on cells of 0.05; it was trained on 0.25\n", result.stdout)
        self.assertEqual((other["decides_on"], other["trained_on"]), ([0.05, 0.05], [0.25, 0.25]))
        self.assertNotEqual(other["states"], part["states"])
        for words, message in ((("--finer", "3"), "straddles the face of a decision cell"),
                               (("--finer", "2,2,2"), "--finer takes 1 or 2 numbers for this system"),
                               (("--finer", "0"), "--finer takes a whole number from 1 on"),
                               (("--finer", "2", "--refine"), "are not for refined cells"),
                               (("--finer", "2", "--tube"), "--finer is about cells for the proof")):
            result, _ = self.run_it("b2", [law], *words)
            self.assertEqual(result.returncode, 2, words)
            self.assertIn(message, result.stderr)

    def test_a_bound_is_said_whatever_the_verdict(self):
        law = controller("b2", 4, [0.0], [[-2.5, -2.5], [2.5, 2.5]], [0.25, 0.25])
        result, found = self.run_it("b2", [law], "--steps", "2", "--property", "AF goal")
        self.assertEqual((result.returncode, found["bounded"]), (1, 2))
        self.assertIn("bound        explored for 2 steps only\n", result.stdout)

    def test_cut_cells_that_are_not_refined_are_checked_once(self):
        cut = controller("b2", 4, [0.0], [[-2.5, -2.5], [2.5, 2.5]], [0.25, 0.25], cuts=[[0, 0, -2.4]])
        cut["layers"][0]["weight"] = [[-0.5, -1.0, -0.5, -1.0]]
        result, found = self.run_it("b2", [cut])
        self.assertEqual((result.returncode, found["verdict"]), (1, "not proved"), result.stderr)

    def test_laws_are_for_systems_that_take_numbers(self):
        law = controller("mountain_car", 4, [0.37, 0.0, 0.0], [[-1.2, -0.07], [0.6, 0.07]], [0.01, 0.001], head="affine")
        result, _ = self.run_it("mountain_car", [law])
        self.assertEqual(result.returncode, 2)
        self.assertIn("the controller gives affine laws, and the system takes none", result.stderr)

    def test_where_it_starts_can_be_said(self):
        law = controller("b2", 4, [0.0], [[-2.5, -2.5], [2.5, 2.5]], [0.25, 0.25])
        law["layers"][0]["weight"] = [[-0.5, -1.0, -0.5, -1.0]]
        result, whole = self.run_it("b2", [law], "--property", "AG !unexplored")
        self.assertEqual(whole["initial"], {"lower": [0.7, 0.7], "upper": [0.9, 0.9]})
        result, part = self.run_it("b2", [law], "--property", "AG !unexplored", "--initial", "0.7:0.8,0.8")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(part["initial"], {"lower": [0.7, 0.8], "upper": [0.8, 0.8]})
        self.assertLessEqual(part["states"], whole["states"])
        for words, message in (("0.7:0.8", "--initial takes 2 intervals for this system, not 1"),
                               ("0.8:0.7,0", "--initial takes intervals LOWER:UPPER, not '0.8:0.7'"),
                               ("0,nan", "--initial takes finite numbers, not 'nan'"),
                               ("0,wide", "--initial takes numbers, not 'wide'")):
            result, _ = self.run_it("b2", [law], "--initial", words)
            self.assertEqual(result.returncode, 2)
            self.assertIn(message, result.stderr)

    def test_a_picture_shows_what_was_reached(self):
        falls = controller("single_pendulum", 4, [0.0], [[-2, -6], [2, 6]], [0.05, 0.1])
        picture = self.folder / "a & b.svg"
        result, found = self.run_it("single_pendulum", [{**falls, "name": "a<b"}], "--steps", "20",
                                    "--picture", picture)
        self.assertEqual((result.returncode, found["counterexample"]["replay"]["verdict"]), (1, "real"), result.stderr)
        root = ElementTree.parse(picture).getroot()  # well formed, whatever the controller is called
        svg = "{http://www.w3.org/2000/svg}"
        texts = [t.text for t in root.iter(f"{svg}text")]
        self.assertIn("single_pendulum under a<b: not proved", texts)
        for expected in ("x0", "x1", "start", "inside", "the property holds", "it fails or is unknown"):
            self.assertIn(expected, texts)
        lines = {p.get("class"): p.get("points").split() for p in root.iter(f"{svg}polyline")}
        self.assertEqual(len(lines["replayed"]), len(found["counterexample"]["replay"]["run"]))
        inside = [step for step in found["counterexample"]["steps"] if isinstance(step, dict)]
        self.assertEqual(len(lines["counterexample"]), len(inside))
        # Over the two dimensions of a projection, in its order; and of six dimensions over the first two.
        still = controller("tora", 8, [0.0], [[-2.5, -2.5, -2, -10], [2.5, 2.5, 2, 10]], [0.2, 0.2, 0.2, 0.2])
        self.run_it("tora", [{**still, "name": "a\x1b\x00<\x7f"}], "--steps", "3", "--project", "3,1", "--picture",
                    picture)
        texts = [t.text for t in ElementTree.parse(picture).getroot().iter(f"{svg}text")]
        self.assertIn("x3", texts)
        self.assertNotIn("x0", texts)
        # Nobody's controller is drawn over, and old pictures stay where there is no room for new ones.
        result, _ = self.run_it("tora", [still], "--steps", "1", "--picture", self.folder / "c0.json")
        self.assertEqual(result.returncode, 2)
        self.assertIn("refusing to write over the controller", result.stderr)
        self.assertIn("cannot create /no/such/", self.run_it("tora", [still], "--picture", "/no/such/p.svg")[0].stderr)
        self.assertIn("a tube has none", self.run_it("tora", [still], "--tube", "--picture", "p.svg")[0].stderr)

    def test_a_policy_that_draws_lots(self):
        # Left, nothing or right, each as likely: on wide cells nobody knows what becomes of the car.
        car = controller("mountain_car", 4, [0.0, 0.0, 0.0], [[-1.4, -0.09], [0.8, 0.09]], [0.2, 0.02], head="softmax")
        drn, tra = self.folder / "car.drn", self.folder / "car"
        result, found = self.run_it("mountain_car", [car], "--property", "AF success", "--export", f"drn:{drn}",
                                    "--export", f"prism:{tra}")
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertEqual(found["probability"]["at_least"], 1)
        self.assertLessEqual(found["probability"]["least"], found["probability"]["most"])
        self.assertIn(f"@nr_states\n{found['states']}\n", drn.read_text())
        self.assertIn("[", drn.read_text().split("@model")[1])  # intervals
        self.assertTrue(Path(f"{tra}.tra").exists() and Path(f"{tra}.lab").exists())
        states = Path(f"{tra}.sta").read_text().splitlines()
        self.assertEqual((states[0], len(states) - 1), ("(s)", found["states"]))
        self.assertIn("probability  at least 0, at most 1", result.stdout)
        result, found = self.run_it("mountain_car", [car], "--property", "fast", "--at-least", "0")
        self.assertEqual(result.returncode, 2)
        self.assertIn('one can ask "AF goal", "A[safe U goal]" or "AG safe", and not ', result.stderr)
        result, found = self.run_it("mountain_car", [car], "--property", "A[left U success]", "--at-least", "0")
        self.assertEqual((result.returncode, found["verdict"]), (0, "proved"), result.stderr)
        # Everything is explored.
        result, found = self.run_it("mountain_car", [car], "--property", "AG unexplored")
        self.assertEqual((found["probability"]["most"], result.returncode), (0, 1), result.stderr)
        self.assertIn("cannot hold probabilities",
                      self.run_it("mountain_car", [car], "--property", "AF success", "--export", "hoa:x")[0].stderr)
        self.assertIn("not for policies that choose by lot", self.run_it("mountain_car", [car], "--project", "0")[0].stderr)
        self.assertIn("--at-least takes a probability",
                      self.run_it("mountain_car", [car], "--at-least", "1.5")[0].stderr)
        lots = controller("b1", 4, [0.0, 0.0], [[-1.5, -1.5], [1.5, 1.5]], [0.5, 0.5], head="softmax")
        self.assertIn("the system takes a control: which ones they are has to be said", self.run_it("b1", [lots])[0].stderr)
        result, found = self.run_it("b1", [lots], "--actions", "-1,1", "--property", "AG safe", "--at-least", "0")
        self.assertEqual((result.returncode, found["verdict"]), (0, "proved"), result.stderr)
        self.assertIn("one of 3 actions must give as many numbers, this one gives 2",
                      self.run_it("b1", [lots], "--actions", "-1,0,1")[0].stderr)
        many = controller("unicycle", 8, [0.0, 0.0], [[-20] * 4, [20] * 4], [4] * 4, head="softmax")
        self.assertIn("the system takes several controls", self.run_it("unicycle", [many])[0].stderr)

    def test_runs_by_lot_know_labels_of_other_coordinates(self):
        pole = controller("cart_pole_cascade", 8, [0.0, 0.0], [[-4, -8, -2.4, -24], [4, 8, 2.4, 24]],
                          [0.25, 0.1, 0.01, 0.05], head="softmax")
        # The pole is at 0.2 + 0.0288 there, beyond the 0.21 of the label.
        result, found = self.run_it("cart_pole_cascade", [pole], "--initial", "2.3,0,0.2,0", "--steps", "1", "--simulate",
                                    "100", "--property", "AG balanced", "--at-least", "0")
        self.assertEqual(found["probability"]["simulation"], {"runs": 100, "yes": 0, "no": 100}, result.stdout + result.stderr)

    def test_controllers_choose_among_the_actions_that_there_are(self):
        car = [[-1.4, -0.09], [0.8, 0.09]], [0.2, 0.02]
        name = f"the controller in {self.folder}/c0.json chooses among"
        each = ", one for each output, and the system has"
        for head, asked in (("argmax", "AF success"), ("softmax", "AG unexplored")):
            for outputs in (2, 5):
                # Only actions that there are would be taken.
                some = controller("mountain_car", 4, [1.0] + [-99.0] * (outputs - 1), *car, head=head)
                result, _ = self.run_it("mountain_car", [some], "--property", asked)
                self.assertEqual(result.returncode, 2, result.stdout)
                self.assertIn(f"{name} {outputs} actions{each} 3 actions\n", result.stderr)
            three = controller("mountain_car", 4, [1.0, 0.0, 0.0], *car, head=head)
            self.assertEqual(self.run_it("mountain_car", [three], "--property", asked)[0].returncode, 1)
        pole = controller("cart_pole", 8, [0.0] * 3, [[-1] * 4, [1] * 4], [1] * 4, head="argmax")
        self.assertIn(f"{name} 3 actions{each} 2 actions\n", self.run_it("cart_pole", [pole])[0].stderr)
        cascade = {**pole, "system": "cart_pole_cascade"}
        self.assertIn(f"{name} 3 actions{each} 2 actions\n", self.run_it("cart_pole_cascade", [cascade])[0].stderr)
        # A number is none of finitely many actions.
        number = controller("b1", 4, [1.0], [[-1.5, -1.5], [1.5, 1.5]], [0.5, 0.5])
        for words in ([{**number, "head": "argmax"}], ), ([number], "--head", "argmax"):
            result, _ = self.run_it("b1", *words)
            self.assertEqual(result.returncode, 2, result.stdout)
            self.assertIn(f"{name} 1 action{each} 0 actions to choose from: it takes a number\n", result.stderr)

    def test_what_needs_too_much_memory_is_said(self):
        big = controller("b1", 4, [1.0], [[-2.5, -2.5], [2.5, 2.5]], [0.0005, 0.0005])
        (self.folder / "big.json").write_text(json.dumps(big))
        result = subprocess.run(
            [PROGRAM, "b1", "--controller", self.folder / "big.json", "--threads", "1"], capture_output=True, text=True,
            check=False, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (60_000_000, 60_000_000)))
        self.assertEqual((result.returncode, result.stdout), (2, ""), result.stderr)
        self.assertIn("opara_verify: there is not enough memory for what is reached of b1; it is less on a coarser --grid, "
                      "within --steps", result.stderr)

    def test_what_takes_long_is_said(self):
        slow = controller("b1", 4, [1.0], [[-2.5, -2.5], [2.5, 2.5]], [0.0005, 0.0005])
        (self.folder / "slow.json").write_text(json.dumps(slow))
        with subprocess.Popen([PROGRAM, "b1", "--controller", self.folder / "slow.json"], stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True) as process:
            self.assertRegex(process.stderr.readline(), r"^exploring \.\.\. 1 s, \d+ states, \d+ to explore\n$")
            process.kill()

    def test_vertical_cas_takes_nine(self):
        space, widths = [[-8000, -200, -0.5, -0.5], [8000, 200, 40.5, 8.5]], [1, 0.5, 1, 1]
        # Always clear of conflict: the intruder's height rises by up to 28.5 feet a second, past the forbidden band.
        silent = [controller("vcas", 6, [1.0] + [0.0] * 8, space, widths) for _ in range(9)]
        result, found = self.run_it("vcas", silent, "--steps", "10")
        self.assertEqual((result.returncode, found["counterexample"]["replay"]["verdict"]), (1, "real"), result.stderr)
        # Always "climb": it has sunk away below after six seconds if pilots take the middle acceleration; if they may
        # take any, it is a close thing.
        climb = [controller("vcas", 3, [0.0] * 4 + [1.0] + [0.0] * 4, space, widths) for _ in range(9)]
        for system, proved in (("vcas", 0), ("vcas_any", 1)):
            result, found = self.run_it(system, climb, "--steps", "6", "--property", "AX " * 6 + "below")
            self.assertEqual(result.returncode, proved, result.stdout + result.stderr)
        result, _ = self.run_it("vcas", silent[:8] + [{**silent[8], "head": "argmax"}])
        self.assertIn("have different heads", result.stderr)
        result, _ = self.run_it("vcas", silent[:8])
        self.assertIn("takes 9 controllers, --controller gave 8", result.stderr)
        result, _ = self.run_it("vcas", silent[:8] + [{**silent[8], "granularity": [1, 1, 1, 1]}])
        self.assertIn("are for different grids", result.stderr)
        result, _ = self.run_it("vcas", silent, "--scale", "2")
        self.assertIn("--scale and --head mean nothing to controllers that choose the next one", result.stderr)
        result, _ = self.run_it("vcas", silent, "--grid", "1,1,1,2")
        self.assertIn("mode m is the cell [m - 0.5, m + 0.5]", result.stderr)
        result, _ = self.run_it("b1", silent)
        self.assertIn("is for the system vcas", result.stderr)


if __name__ == "__main__":
    unittest.main()
