#!/usr/bin/env python3
"""Writes the tables of docs/training.md from what bench/training.py recorded, and draws its plots.

usage: training_tables.py [--check] [--plots] [RESULT.json [PAGE.md]]

--plots draws training_curves.svg and training_sensitivity.svg beside the page, too; --check looks at both.
"""

import json
import sys
from pathlib import Path

import training_plots
from page_tables import ROOT, compiler_of, machine_of, run, table
from training_runs import factor_of, groups, judged, mean, middle, name_of, published, sensitivity, spread


def plain(x):
    """A number with three digits at most behind the point, and no more than are of use."""
    return f"{x:.0f}" if abs(x) >= 1000 else f"{x:.1f}" if abs(x) >= 10 else f"{x:.2f}" if abs(x) >= 1 else f"{x:.2g}"


def span(values, show=plain):
    """The middle of some numbers, the least and the most."""
    low, high = show(min(values)), show(max(values))
    return low if low == high else f"{show(middle(values))} ({low} to {high})"


def whole(x):
    return f"{x:,.0f}"


def reward_of(rewards):
    return plain(rewards[0]) if len(rewards) == 1 else f"{plain(mean(rewards))} ± {plain(spread(rewards))}"


def met(runs):
    """How many trainings met their criterion, and what became of the others that nobody judged."""
    states = [r["training"]["state"] for r in runs]
    text = f"{sum(r['training'].get('met', False) for r in runs)} of {len(runs)}"
    return text + "".join(f"; {states.count(s)} {s}" for s in ("killed", "failed", "no time") if s in states)


def published_of(system):
    found = published(system)
    ends = sorted({min(found["rewards"]), max(found["rewards"])})
    return " to ".join(f"{r:g}" for r in ends) + (f", {found['note']}" if "note" in found else "")


def performance(data):
    rows = []
    for system in data["systems"]:
        for on, runs in groups(data, system["name"]):
            done = judged(runs)
            row = [system["title"], on, met(runs)]
            if done:
                rewards = [t["reward"]["mean"] for t in done]
                row += [reward_of(rewards), plain(min(rewards)), plain(min(t["reward"]["worst"] for t in done))]
            else:
                row += ["", "", ""]
            row.append(published_of(system["name"]))
            row += [span([t["cpu_s"] for t in done]), span([t["episodes"] for t in done], whole),
                    span([t["attempts"] for t in done], whole)] if done else ["", "", ""]
            rows.append(row)
    return table(["system", "trained on", "met the criterion", "reward: mean ± spread of the seeds", "worst seed",
                  "worst episode", "published", "CPU seconds", "episodes", "attempts"], rows)


def verdicts(checks):
    """How many checks came to each end."""
    found = [c["verdict"] if c["state"] == "done" else c["state"] for c in checks]
    order = sorted(set(found), key=lambda v: (not v.startswith("proved"), v))
    return ", ".join(f"{found.count(v)} {v}" for v in order)


def granularity(data):
    rows = []
    for system in data["systems"]:
        for factor, runs in sensitivity(data, system["name"]):
            done = judged(runs)
            checks = [r["check"] for r in runs if "check" in r]
            full = [c for c in checks if c["state"] == "done"]
            rewards = [t["reward"]["mean"] for t in done]
            rows.append([
                system["title"], factor_of(factor), ", ".join(f"{w:g}" for w in runs[0]["widths"]),
                met(runs), reward_of(rewards) if rewards else "",
                span([c["states"] for c in full], whole) if full else "",
                span([c["transitions"] for c in full], whole) if full else "",
                span([c["cpu_s"] for c in checks if "cpu_s" in c]) if any("cpu_s" in c for c in checks) else "",
                verdicts(checks),
            ])
    return table(["system", "widths", "of the cells", "met the criterion", "reward", "states", "transitions",
                  "CPU seconds of the verification", "verdicts"], rows)


def asked(data):
    """What was trained, and what was asked of the controllers."""
    rows = []
    for system in data["systems"]:
        runs = [r for r in data["runs"] if r["system"] == system["name"]]
        if not runs:
            continue
        options = [o for o in min((r["options"] for r in runs), key=len) if o not in ("--abstract", "none")]
        agents = sorted({r["training"]["agent"].upper() for r in runs if "agent" in r["training"]})
        bound = system["verify"][system["verify"].index("--steps") + 1] if "--steps" in system["verify"] else ""
        rows.append([system["title"], f"`opara_train {' '.join([system['name'], *options])}`", ", ".join(agents),
                     " x ".join(f"{w:g}" for w in system["widths"]),
                     f"`{name_of(data, system)}`" + (f", {bound} steps" if bound else "")])
    return table(["system", "training", "agent", "published cells", "asked of the controllers"], rows)


def machine(data):
    rows = []
    for part in data["recordings"]:
        rows.append([", ".join(s["title"] for s in data["systems"] if s["name"] in part["systems"]), machine_of(part),
                     compiler_of(part), part["versions"]["libtorch"], part["jobs"], f"{part['seconds']:.0f}"])
    return table(["systems", "machine", "compiler", "libtorch", "programs at a time", "seconds in all"], rows)


TABLES = {"machine": machine, "asked": asked, "performance": performance, "granularity": granularity}
PLOTS = {"training_curves.svg": training_plots.curves, "training_sensitivity.svg": training_plots.trade_off}


def drawn(result, folder, check):
    """Draws the plots, or only tells by the exit code whether they are current."""
    data = json.loads(result.read_text(encoding="utf-8"))
    code = 0
    for name, draw in PLOTS.items():
        path, text = folder / name, draw(data)
        if not check:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            print(f"{path}: it does not show {result}; run tools/{Path(sys.argv[0]).name} --plots")
            code = 1
    return code


def main(arguments):
    check, plots = "--check" in arguments, "--plots" in arguments
    rest = [a for a in arguments if a != "--plots"]
    paths = [Path(a) for a in rest if a != "--check"]
    result = paths[0] if paths else ROOT / "bench" / "results" / "training.json"
    folder = paths[1].parent if len(paths) > 1 else ROOT / "docs"
    code = run(TABLES, "training.json", "training.md", rest)
    return drawn(result, folder, check) | code if check or plots else code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
