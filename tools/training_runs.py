"""What bench/training.py recorded, grouped for tables and plots, with the few numbers that describe a group.

Not a program. A group is the runs of one system that differ in the seed only.
"""

import json
import math
from pathlib import Path

PUBLISHED = Path(__file__).resolve().parent.parent / "bench" / "results" / "training_published.json"


def published(system):
    """What is published of a system: {"rewards": [..]}, with a "note", and "is_comparable": False where it is not."""
    return json.loads(PUBLISHED.read_text(encoding="utf-8"))[system]


def marks_of(system):
    """The least and the most published reward, as far as ours can be compared with it: two numbers, one, or none."""
    found = published(system)
    return sorted({min(found["rewards"]), max(found["rewards"])}) if found.get("is_comparable", True) else []


def mean(values):
    return math.fsum(values) / len(values)


def spread(values):
    """The standard deviation of a sample; 0 of a single value."""
    m = mean(values)
    return math.sqrt(math.fsum((v - m) ** 2 for v in values) / (len(values) - 1)) if len(values) > 1 else 0.0


def middle(values):
    """The median."""
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(values) % 2 else (ordered[half - 1] + ordered[half]) / 2


def judged(runs):
    """The trainings of which a controller came out that was judged."""
    return [r["training"] for r in runs if r["training"]["state"] == "done"]


def groups(data, system):
    """The performance study: ("cells", runs) and ("states", runs), where there are any."""
    of_system = [r for r in data["runs"] if r["system"] == system and r["study"] == "performance"]
    parts = [("cells", [r for r in of_system if r["abstract"]]), ("states", [r for r in of_system if not r["abstract"]])]
    return [(on, runs) for on, runs in parts if runs]


def sensitivity(data, system):
    """The sensitivity study: (factor, runs) from the finest grid on.

    The published grid was trained for the performance study: of that, the runs with the seeds of this one are taken.
    """
    ours = [r for r in data["runs"] if r["system"] == system and r["study"] == "sensitivity"]
    seeds = {r["seed"] for r in ours}
    ours += [r for r in data["runs"] if r["system"] == system and r["study"] == "performance" and r["factor"] == 1
             and r["seed"] in seeds]
    return [(f, [r for r in ours if r["factor"] == f]) for f in sorted({r["factor"] for r in ours})]


def factor_of(factor):
    """A multiple of the published widths, in words."""
    return "published" if factor == 1 else f"x {factor:g}"


def name_of(data, system):
    """The property that the controllers were checked for, as its formula if a check came to an end."""
    for r in data["runs"]:
        if r["system"] == system["name"] and "property" in r.get("check", {}):
            return r["check"]["property"].replace("|", "\\|")
    return system["property"]
