#!/usr/bin/env python3
"""Writes the table of docs/settings.md from what `opara_train --set help` says of agents without a system's own settings.

usage: settings_page.py [--check] OPARA_TRAIN [PAGE.md]
"""

import re
import subprocess
import sys
from pathlib import Path

from page_tables import ROOT, filled, table

PLAIN = {"dqn": "cart_pole_cascade", "ddpg": "b2_trainify", "td3": "b2_trainify", "ppo": "b2_trainify"}  # of no settings


def told(program, agent):
    """name: (value, range, unit, meaning)"""
    text = subprocess.run([program, PLAIN[agent], "--agent", agent, "--set", "help"], capture_output=True, text=True,
                          check=True).stdout
    lines = [re.split(" {2,}", line.strip()) for line in text.splitlines()[2:]]
    return {name: (value, *rest) for name, value, *rest in lines}


def settings(program):
    """Rows of all agents, one for those that mean the same by it."""
    found = {}  # (name, range, unit, meaning): {value: agents}
    for agent in PLAIN:
        for name, (value, *rest) in told(program, agent).items():
            found.setdefault((name, *rest), {}).setdefault(value, []).append(agent)
    rows = []
    for (name, limits, unit, meaning), values in sorted(found.items()):
        default = next(iter(values)) if len(values) == 1 else "; ".join(
            f"{', '.join(agents)}: {value}" for value, agents in values.items())
        agents = [agent for agent in PLAIN if any(agent in some for some in values.values())]
        rows.append([f"`{name}`", ", ".join(agents), default, limits, "" if unit == "-" else unit, meaning])
    return table(["setting", "agents", "default", "range", "unit", "meaning"], rows)


def main(arguments):
    check = "--check" in arguments
    program, *rest = [a for a in arguments if a != "--check"]
    page = Path(rest[0]) if rest else ROOT / "docs" / "settings.md"
    text = page.read_text(encoding="utf-8")
    new = filled(text, {"settings": settings}, program)
    if check:
        if new != text:
            print(f"{page}: it does not say what {program} does; run tools/settings_page.py")
        return int(new != text)
    page.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
