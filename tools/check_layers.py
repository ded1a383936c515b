#!/usr/bin/env python3
"""Checks what the headers below include/opara include: their own folder and lower layers, and nothing that is banned.

usage: check_layers.py [ROOT]      ROOT is the folder that contains include/ (default: this checkout)
"""

import re
import sys
from pathlib import Path

# folder -> the folders that its headers may include besides their own. A new folder needs a line here.
LAYERS = {
    "core": (),
    "graph": ("core",),
    "cost": ("core", "graph"),
    "order": ("core", "graph", "cost"),
    "assign": ("core", "graph", "cost", "order"),  # some policies walk the graph in an order of their own
    "plan": ("core", "graph", "cost", "assign", "order"),
    "sim": ("core", "graph", "cost", "assign", "order", "plan"),
    "search": ("core", "graph", "cost", "assign", "order", "plan", "sim"),
    "host": ("core", "graph", "cost", "assign", "order", "plan"),
    "cuda": ("core", "graph", "cost", "plan"),
    "abstraction": ("core", "graph"),
    # a controller's file becomes a controller; a network's tensors become what a plan lays out in memory
    "onnx": ("core", "graph", "cost", "plan", "abstraction"),
    "learning": ("core", "graph", "abstraction"),
    "cccl": ("core", "graph", "cuda", "abstraction"),
    "testing": ("core", "graph", "cost", "assign", "order", "plan", "sim"),
}

# Headers beside the folders that are no umbrella, so that a folder may include them.
BELOW_ALL = {"version.hpp", "fwd.hpp"}

# (what is not wanted in an #include, where it is allowed, why it is not wanted elsewhere)
INCLUDES = [
    (r"<iostream>", None, "static initialisers in every program; take a std::ostream and include <ostream>"),
    (r"<functional>", None, "28 thousand lines; take a callable as a template parameter"),
    (r"<regex>", None, "55 thousand lines"),
    (r"<random>", r"^testing/", "36 thousand lines"),
    (r"<ranges>", None, "30 thousand lines, and clang 14 cannot read its views"),
    (r"<boost/graph/adjacency_list\.hpp>", None, "115 thousand lines; algorithms take any graph"),
    # A graph of another folder becomes one of Boost's in that folder's own boost.hpp, which nothing else includes.
    (r"<boost/.*>", r"^(graph|testing)/|^abstraction/boost\.hpp$", "Boost.Graph belongs to graph/, or to a boost.hpp"),
    (r"<nlohmann/.*>", r"(^|/)json\.hpp$", "only the component json depends on nlohmann_json: put it in a json.hpp"),
    (r"<(onnx|google/protobuf)/.*>", r"^onnx/protobuf\.hpp$", "only onnx/protobuf.hpp sees protobuf's macros and classes"),
    (r"<cuda.*>", r"^(cuda|cccl)/", "only the components cuda and cccl depend on the toolkit"),
    (r"<(cub|thrust)/.*>", r"^cccl/.*\.cuh$", "only nvcc reads it: put it in a header of cccl/"),
    (r'".*"', None, "write <opara/...>: a quoted name depends on where the file lies"),
]

# (what is not wanted in code, why)
CODE = [
    (r"\busing\s+namespace\b", "it would act on every program that includes the header"),
    (r"\bstd::(ranges::)?views\b|\bstd::ranges::\w+_view\b", "clang 14 cannot compile them with libstdc++ 12"),
    (r"\bstd::source_location\b", "clang 14 lacks it"),
    (r"\bstd::(cout|cerr|clog)\b|\bstd::printf\b", "the library prints only to a stream that the caller gives"),
    (r"\bgetenv\b", "the library reads no environment variable"),
]

INCLUDE = re.compile(r'^\s*#\s*include\s*(<[^>]*>|"[^"]*")')
NOT_CODE = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.DOTALL)


def without_comments_and_strings(text):
    """Blanks them and keeps the line breaks, so that line numbers stay right."""
    return NOT_CODE.sub(lambda found: "\n" * found.group().count("\n"), text)


def layer_problem(header, included):
    """Why `header` may not include `included` (both relative to include/opara), or None."""
    if "/" not in header and header not in BELOW_ALL:
        return None  # an umbrella includes what it likes
    if included in BELOW_ALL:
        return None
    if "/" not in included:
        return f"<opara/{included}> is an umbrella, for users; include the header that is needed"
    here = header.split("/")[0] if "/" in header else "core"
    there = included.split("/")[0]
    if there != here and there not in LAYERS[here]:
        return f"{here}/ may not include {there}/"
    return None


def problems(root):
    base = root / "include" / "opara"
    headers = sorted([*base.rglob("*.hpp"), *base.rglob("*.cuh")])
    if not headers:
        yield f"{base}: no header"
    for path in headers:
        header = path.relative_to(base).as_posix()
        folder = header.split("/")[0]
        if "/" in header and folder not in LAYERS:
            yield f"{path}:1: folder {folder}/ has no place in the layers of tools/check_layers.py"
            continue
        text = path.read_text(encoding="utf-8")
        if not re.search(r"^#pragma once$", text, re.MULTILINE):
            yield f"{path}:1: no #pragma once"
        for number, line in enumerate(text.splitlines(), 1):
            include = INCLUDE.match(line)
            if not include:
                continue
            name = include.group(1)
            if name.startswith("<opara/"):
                problem = layer_problem(header, name[len("<opara/"):-1])
                if problem:
                    yield f"{path}:{number}: {problem}"
            for pattern, allowed, why in INCLUDES:
                if re.fullmatch(pattern, name) and not (allowed and re.search(allowed, header)):
                    yield f"{path}:{number}: {name} is not wanted here: {why}"
        for number, line in enumerate(without_comments_and_strings(text).splitlines(), 1):
            for pattern, why in CODE:
                found = re.search(pattern, line)
                if found:
                    yield f"{path}:{number}: '{found.group()}' is not wanted in a header: {why}"


def main(arguments):
    root = Path(arguments[0]) if arguments else Path(__file__).resolve().parent.parent
    found = list(problems(root))
    print("\n".join(found) if found else "layers: every include is in order")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
