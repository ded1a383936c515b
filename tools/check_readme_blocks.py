#!/usr/bin/env python3
"""Compiles every ```cpp block of README.md and docs/*.md.

A block is compiled as it stands if it defines main; otherwise as the body of a function below the #include lines that it
contains, or, if that fails, as declarations outside of any function. An HTML comment on the line above the block, which a
reader does not see, says what else to do:
    <!-- cpp: continues -->         in one program with the block before it in the same document
    <!-- cpp: declarations -->      not in a function, where `continues` joins it with blocks that are
    <!-- cpp: given CODE -->        below these #include lines and declarations: what the text around the block tells
    <!-- cpp: runs given CODE -->   the same, and the program is run: it must end with 0 ("given CODE" may be left out)
    <!-- cpp: skip: REASON -->      not compiled, for a reason that is printed
usage: check_readme_blocks.py [--compiler g++] [--system-include DIR] [--without COMPONENT]... [ROOT]
"""

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

BLOCK = re.compile(r"^(?:<!--\s*cpp:\s*(?P<mark>.*?)\s*-->\n+)?```cpp\n(?P<code>.*?)^```$", re.DOTALL | re.MULTILINE)
INCLUDE = re.compile(r"^#\s*include.*\n", re.MULTILINE)
MAIN = re.compile(r"\bint\s+main\s*\(")


class Program:
    """One or more blocks that are compiled together."""

    def __init__(self, place):
        self.place = place
        self.runs = False
        self.includes = []
        self.declarations = []
        self.statements = []

    def add(self, code, is_declaration):
        self.includes += INCLUDE.findall(code)
        code = INCLUDE.sub("", code)
        (self.declarations if is_declaration else self.statements).append(code)

    def texts(self):
        """The programs of which one must compile."""
        opening = self.includes + self.declarations
        if not self.statements:
            return ["".join(opening)]
        texts = ["".join([*opening, "void block() {\n", *self.statements, "}\n"])]
        if len(self.statements) == 1:
            texts.append("".join(opening + self.statements))
        return texts


def programs(path, root):
    """Yields the programs of a document, and the reason (a string) for each block that is skipped."""
    text = path.read_text(encoding="utf-8")
    current = None
    for block in BLOCK.finditer(text):
        place = f"{path.relative_to(root)}:{text.count(chr(10), 0, block.start('code'))}"
        mark = block["mark"] or ""
        if mark.startswith("skip"):
            reason = mark[len("skip"):].lstrip(": ")
            if not reason:
                sys.exit(f"{place}: a block may be skipped only for a reason: <!-- cpp: skip: REASON -->")
            yield f"{place}: {reason}"
            continue
        runs = mark.split()[:1] == ["runs"]
        mark = mark[len("runs"):].strip() if runs else mark
        given, words = "", set(mark.split())
        if mark.startswith("given"):
            given, words = mark[len("given"):].strip() + "\n", set()
        if words - {"declarations", "continues"}:
            sys.exit(f"{place}: unknown mark '{mark}'")
        if "continues" not in words or current is None:
            if current:
                yield current
            current = Program(place)
        current.runs = current.runs or runs
        current.add(given, True)
        current.add(block["code"], "declarations" in words or MAIN.search(block["code"]))
    if current:
        yield current


def errors(arguments, text):
    """What the compiler has to say against a program."""
    command = [arguments.compiler, "-std=c++20", "-fsyntax-only", "-x", "c++", "-DONNX_ML=1", "-DONNX_NAMESPACE=onnx"]
    command += [f"-I{arguments.root / 'include'}", f"-I{arguments.root}"]
    command += [*(f"-isystem{path}" for path in arguments.system_include), "-"]
    result = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    return result.stderr if result.returncode != 0 else ""


def run_errors(arguments, text):
    """What is wrong with a program that compiles, when it is run."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "program"
        command = [arguments.compiler, "-std=c++20", "-O1", f"-I{arguments.root / 'include'}", f"-I{arguments.root}", "-x", "c++",
                   "-", "-o", program]
        built = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
        if built.returncode != 0:
            return built.stderr
        result = subprocess.run([program], capture_output=True, text=True, check=False, timeout=60)
        return f"it ended with {result.returncode}\n{result.stdout}{result.stderr}" if result.returncode != 0 else ""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--compiler", default="g++")
    parser.add_argument("--system-include", action="append", default=[])
    parser.add_argument("--without", action="append", default=[], help="a component whose dependencies are not here")
    parser.add_argument("root", nargs="?", type=Path, default=Path(__file__).resolve().parent.parent)
    arguments = parser.parse_args()

    documents = [arguments.root / "README.md", *sorted((arguments.root / "docs").glob("*.md"))]
    documents = [document for document in documents if document.exists()]
    compiled = failed = 0
    for document in documents:
        for program in programs(document, arguments.root):
            if isinstance(program, str):
                print(f"SKIPPED: {program}")
                continue
            missing = [name for name in arguments.without if f"<opara/{name}" in "".join(program.includes)]
            if missing:
                print(f"SKIPPED: {program.place}: what {missing[0]} needs is not on this machine")
                continue
            compiled += 1
            complaints = []
            for text in program.texts():
                complaints.append(errors(arguments, text))
                if not complaints[-1]:
                    complaints[-1] = run_errors(arguments, text) if program.runs else ""
                    break
            if complaints[-1]:
                failed += 1
                print(f"FAILED: {program.place}", *complaints, "The block:", text, sep="\n")
    print(f"{compiled} programs compiled, {failed} failed")
    return 1 if failed or not compiled else 0


if __name__ == "__main__":
    sys.exit(main())
