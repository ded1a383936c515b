"""Tables in docs/ that are made from measurements in bench/results/, so that no page says what nobody measured.

Not a program: the scripts *_tables.py give `run` a function for each table. In the page a table stands between
<!-- table NAME --> and <!-- end -->.
"""

import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def table(head, rows):
    """Rows of cells as a table in Markdown."""
    lines = ["| " + " | ".join(map(str, head)) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows])


def machine_of(data):
    """The machine of a measurement, as bench/measuring.py tells it."""
    m = data["machine"]
    return f"{m['cpu']}, {m['hardware_threads']} hardware threads, {m['memory_gb']} GB, {m['system']}"


def compiler_of(data):
    """The compiler of the programs that were measured."""
    return data["versions"]["compiler"].replace("GCC: (Debian ", "GCC (Debian ")


def machine(data):
    """The table "machine" of what was measured with programs that train."""
    return f"{machine_of(data)}; {compiler_of(data)}; libtorch {data['versions']['libtorch']}."


def filled(page, tables, data):
    """The page with each of its tables made anew. A table that the page lacks, or that nobody makes, is an error."""
    missing = tables.keys() - set(re.findall(r"<!-- table (\w+) -->", page))
    if missing:
        raise SystemExit(f"the page has no place for: {', '.join(sorted(missing))}")

    def replace(found):
        return f"{found.group(1)}\n{tables[found.group(2)](data)}\n<!-- end -->"

    return re.sub(r"(<!-- table (\w+) -->)\n.*?<!-- end -->", replace, page, flags=re.DOTALL)


def run(tables, result, page, arguments):
    """[--check] [RESULT.json [PAGE.md]]: writes the page, or with --check only tells by the exit code whether it is current.

    result, page: the files where none are given, below bench/results/ and docs/.
    """
    check = "--check" in arguments
    paths = [Path(a) for a in arguments if a != "--check"]
    result = paths[0] if paths else ROOT / "bench" / "results" / result
    page = paths[1] if len(paths) > 1 else ROOT / "docs" / page
    text = page.read_text(encoding="utf-8")
    new = filled(text, tables, json.loads(result.read_text(encoding="utf-8")))
    if not check:
        page.write_text(new, encoding="utf-8")
    elif new != text:
        print(f"{page}: its tables are not those of {result}; run tools/{Path(sys.argv[0]).name}")
        return 1
    return 0
