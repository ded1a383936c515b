"""Shows that each script of tools/ can fail: a check that cannot is worse than none."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / "tools"


class Tree(unittest.TestCase):
    """A small tree of our own for each test."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def run_tool(self, script, *arguments):
        """Returns the exit code and the output."""
        command = [sys.executable, TOOLS / script, *map(str, arguments)]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        return result.returncode, result.stdout + result.stderr

    def assert_fails(self, expected, script, *arguments):
        code, output = self.run_tool(script, *arguments)
        self.assertNotEqual(code, 0, output)
        self.assertIn(expected, output)

    def assert_passes(self, script, *arguments):
        code, output = self.run_tool(script, *arguments)
        self.assertEqual(code, 0, output)


class Layers(Tree):
    def header(self, name, text):
        self.write(f"include/opara/{name}", "#pragma once\n" + text)

    def test_good_tree(self):
        self.header("version.hpp", "")
        self.header("core/config.hpp", "#include <opara/version.hpp>\n")
        self.header("graph/dag.hpp", "#include <opara/core/config.hpp>\n#include <vector>\n")
        self.header("opara.hpp", "#include <opara/graph/dag.hpp>\n")
        self.header("plan/json.hpp", "#include <nlohmann/json.hpp>\n// using namespace std; std::views::iota\n")
        self.header("cost/table.hpp", 'inline const char* hint = "std::cout";\n')
        self.assert_passes("check_layers.py", self.root)

    def test_empty_tree(self):
        self.assert_fails("no header", "check_layers.py", self.root)

    def test_bad_headers(self):
        for name, text, expected in [
            ("core/id.hpp", "#include <opara/graph/dag.hpp>", "core/ may not include graph/"),
            ("order/fixed.hpp", "#include <opara/assign/single.hpp>", "order/ may not include assign/"),
            ("onnx/reader.hpp", "#include <opara/sim/simulate.hpp>", "onnx/ may not include sim/"),
            ("sim/simulate.hpp", "#include <opara/host/run.hpp>", "sim/ may not include host/"),
            ("cccl/build.cuh", "#include <opara/sim/simulate.hpp>", "cccl/ may not include sim/"),
            ("abstraction/build.hpp", "#include <cub/cub.cuh>", "only nvcc reads it"),
            ("graph/dag.hpp", "#include <opara/opara.hpp>", "is an umbrella"),
            ("graph/dag.hpp", '#include "freeze.hpp"', "write <opara/...>"),
            ("graph/dag.hpp", "#include <functional>", "<functional> is not wanted"),
            ("graph/dag.hpp", "#  include <iostream>", "<iostream> is not wanted"),
            ("graph/dag.hpp", "#include <boost/graph/adjacency_list.hpp>", "adjacency_list"),
            ("plan/plan.hpp", "#include <boost/graph/graph_traits.hpp>", "belongs to graph/"),
            ("abstraction/check.hpp", "#include <boost/graph/graph_traits.hpp>", "belongs to graph/"),
            ("plan/plan.hpp", "#include <nlohmann/json.hpp>", "put it in a json.hpp"),
            ("onnx/graph.hpp", "#include <onnx/onnx_pb.h>", "only onnx/protobuf.hpp"),
            ("plan/plan.hpp", "using namespace std;", "'using namespace' is not wanted"),
            ("plan/plan.hpp", "auto v = std::views::iota(0);", "'std::views' is not wanted"),
            ("plan/plan.hpp", "auto f() { std::cerr << 1; }", "'std::cerr' is not wanted"),
            ("stray/thing.hpp", "", "has no place in the layers"),
        ]:
            with self.subTest(name=name, text=text):
                self.setUp()
                self.header(name, text + "\n")
                self.assert_fails(expected, "check_layers.py", self.root)

    def test_no_pragma_once(self):
        self.write("include/opara/core/id.hpp", "struct id {};\n")
        self.assert_fails("no #pragma once", "check_layers.py", self.root)


class PreprocessedLines(Tree):
    def run_with(self, budget):
        self.write("include/opara/opara.hpp", "int a;\nint b;\nint c;\n")
        self.write("budget.txt", budget)
        return ["check_preprocessed_lines.py", "--include", self.root / "include", "--budget", self.root / "budget.txt"]

    def test_within(self):
        self.assert_passes(*self.run_with("opara/opara.hpp 3  # as many as it has\n"))

    def test_above(self):
        self.assert_fails("1 more than its budget", *self.run_with("opara/opara.hpp 2\n"))

    def test_no_budget(self):
        self.assert_fails("no budget", *self.run_with(""))

    def test_budget_of_nothing(self):
        self.assert_fails("does not exist", *self.run_with("opara/opara.hpp 3\nopara/gone.hpp 9\n"))

    def test_broken_header(self):
        command = self.run_with("opara/opara.hpp 3\n")
        self.write("include/opara/opara.hpp", "#include <opara/gone.hpp>\n")
        self.assert_fails("cannot be preprocessed", *command)


class ReadmeBlocks(Tree):
    def check(self, text):
        self.write("README.md", text)
        return ["check_readme_blocks.py", self.root]

    def test_good_blocks(self):
        self.assert_passes(*self.check("""
```cpp
#include <vector>
std::vector<int> v; v.push_back(1);
```
<!-- cpp: continues -->
```cpp
v.push_back(2);
```
```cpp
#include <vector>
template <class T> struct box { T value; };
```
<!-- cpp: declarations -->
```cpp
template <class T> struct bag { T value; };
```
<!-- cpp: continues -->
```cpp
bag<int> b;
```
<!-- cpp: given
#include <string>
std::string name();
-->
```cpp
auto n = name().size();
```
<!-- cpp: runs given
int seven();
-->
```cpp
int seven() { return 7; }
int main() { return seven() - 7; }
```
```cpp
int main() {}
```
<!-- cpp: skip: shows what does not compile -->
```cpp
nonsense
```
"""))

    def test_a_block_that_runs_and_fails(self):
        self.assert_fails("it ended with 3", *self.check("<!-- cpp: runs -->\n```cpp\nint main() { return 3; }\n```\n"))

    def test_wrong_block(self):
        self.assert_fails("README.md:2", *self.check("\n```cpp\nint x = missing;\n```\n"))

    def test_wrong_block_in_docs(self):
        self.write("docs/page.md", "```cpp\nint x = missing;\n```\n")
        self.assert_fails("docs/page.md", *self.check("```cpp\nint x = 1;\n```\n"))

    def test_continuation_does_not_reach_back_too_far(self):
        self.assert_fails("was not declared", *self.check("```cpp\nint v = 1;\n```\n```cpp\n++v;\n```\n"))

    def test_skip_without_reason(self):
        self.assert_fails("only for a reason", *self.check("<!-- cpp: skip -->\n```cpp\nint x;\n```\n"))

    def test_missing_component(self):
        command = self.check("```cpp\n#include <opara/cuda.hpp>\n```\n```cpp\nint x = 1;\n```\n")
        self.assert_fails("No such file", *command)
        self.assert_passes(*command, "--without=cuda")

    def test_unknown_mark(self):
        self.assert_fails("unknown mark", *self.check("<!-- cpp: declaration -->\n```cpp\nint x;\n```\n"))

    def test_no_block(self):
        self.assert_fails("0 programs", *self.check("nothing\n"))


CLANG_FORMAT = next(ROOT.glob("build/tools/clang-format-*/bin/clang-format"), None)


@unittest.skipUnless(CLANG_FORMAT, "there is no clang-format in build/tools: tools/format.sh puts it there")
class Format(Tree):
    def check(self, text):
        shutil.copytree(TOOLS, self.root / "tools")
        shutil.copy(ROOT / ".clang-format", self.root)
        for folder in "include", "examples", "tests", "bench":
            self.write(f"{folder}/file.cpp", text)
        result = subprocess.run(
            [self.root / "tools/format.sh", "--check"],
            capture_output=True, text=True, check=False, env={**os.environ, "CLANG_FORMAT": str(CLANG_FORMAT)},
        )
        return result.returncode, result.stdout

    def test_good_file(self):
        self.assertEqual(self.check("int f() { return 1; }\n"), (0, ""))

    def test_bad_file(self):
        code, output = self.check("int  f( ) { return 1; }\n")
        self.assertNotEqual(code, 0)
        self.assertIn("+int f() { return 1; }", output)


class Tables(Tree):
    """The tables of docs/ are those of the measurements: shown with a copy in which one number differs."""

    def copies(self, result, page):
        for path in f"bench/results/{result}", f"docs/{page}":
            self.write(path, (ROOT / path).read_text(encoding="utf-8"))
        return self.root / "bench/results" / result, self.root / "docs" / page

    def test_changed_number(self):
        result, page = self.copies("cuda_graph_costs_h200.json", "cuda.md")
        self.assert_passes("cuda_tables.py", "--check", result, page)
        page.write_text(page.read_text(encoding="utf-8").replace("| 1.16 |", "| 1.15 |", 1), encoding="utf-8")
        self.assert_fails("its tables are not those of", "cuda_tables.py", "--check", result, page)
        self.assert_passes("cuda_tables.py", result, page)
        self.assert_passes("cuda_tables.py", "--check", result, page)

    def test_changed_plot(self):
        result, page = self.copies("training.json", "training.md")
        plots = [self.copies("training.json", f"training_{name}.svg")[1] for name in ("curves", "sensitivity")]
        self.assert_passes("training_tables.py", "--check", result, page)
        for plot in plots:
            plot.write_text(plot.read_text(encoding="utf-8").replace("<circle", "<ellipse", 1), encoding="utf-8")
            self.assert_fails(f"{plot}: it does not show", "training_tables.py", "--check", result, page)
            self.assert_passes("training_tables.py", "--plots", result, page)
            self.assert_passes("training_tables.py", "--check", result, page)
            plot.unlink()
            self.assert_fails(f"{plot}: it does not show", "training_tables.py", "--check", result, page)
            self.assert_passes("training_tables.py", "--plots", result, page)

    def test_recordings_merged(self):
        """What is recorded anew replaces what there was of these systems, with its machine, and nothing else changes."""
        result, _ = self.copies("training.json", "training.md")
        before = json.loads(result.read_text(encoding="utf-8"))
        first = before["recordings"][0]
        system = before["systems"][1]
        rows = [r for r in before["runs"] if r["system"] == system["name"]][:3]
        more = {**{k: first[k] for k in first if k != "systems"}, "machine": "another", "systems": [system], "runs": rows}
        self.write("more.json", json.dumps(more))
        self.assert_passes("../bench/training_merge.py", result, result, self.root / "more.json")
        after = json.loads(result.read_text(encoding="utf-8"))
        self.assertEqual(after["systems"], before["systems"])
        self.assertEqual([r["systems"] for r in after["recordings"] if r["machine"] == "another"], [[system["name"]]])
        self.assertNotIn(system["name"], after["recordings"][0]["systems"])
        self.assertEqual([r for r in after["runs"] if r["system"] == system["name"]], rows)
        others = [[r for r in data["runs"] if r["system"] != system["name"]] for data in (before, after)]
        self.assertEqual(*others)

    def test_lost_table(self):
        result, page = self.copies("cuda_graph_costs_h200.json", "cuda.md")
        page.write_text(page.read_text(encoding="utf-8").replace("<!-- table forks -->", ""), encoding="utf-8")
        self.assert_fails("no place for: forks", "cuda_tables.py", "--check", result, page)


@unittest.skipUnless(shutil.which("doxygen"), "there is no doxygen on this machine")
class Docs(Tree):
    def check(self, declaration):
        opening = "/// @file\n/// A file.\n#pragma once\n/// The library.\nnamespace opara {}\nnamespace opara::inline OPARA_ABI {\n"
        self.write("include/opara/thing.hpp", opening + declaration + "\n}\n")
        doxyfile = (ROOT / "docs/Doxyfile.in").read_text(encoding="utf-8")
        doxyfile = re.sub(r"@PROJECT_(SOURCE|BINARY)_DIR@", str(self.root), doxyfile)
        (self.root / "docs").mkdir()
        result = subprocess.run(["doxygen", "-"], input=doxyfile, capture_output=True, text=True, check=False)
        return result.returncode, result.stdout + result.stderr

    def test_documented(self):
        code, output = self.check("/// A thing.\nstruct thing {\n    int part; ///< of it\n};")
        self.assertEqual(code, 0, output)
        page = self.root / "docs/html/structopara_1_1thing.html"
        self.assertTrue(page.exists(), "the struct is not known as opara::thing")

    def test_not_documented(self):
        code, output = self.check("struct thing {\n    int part; ///< of it\n};")
        self.assertNotEqual(code, 0)
        self.assertIn("opara::thing", output)


if __name__ == "__main__":
    unittest.main()
