"""The plots of docs/training.md, drawn from what bench/training.py recorded.

Not a program: tools/training_tables.py writes them. Each system has a panel (small multiples), with scales of its own.
"""

import math

from svg import Axis, Canvas
from training_runs import factor_of, groups, judged, marks_of, mean, sensitivity, spread

COLOURS = {"cells": "#3f68ab", "states": "#c07f24"}
FAINT = "#6b7484"
COLUMNS, WIDE, TALL = 3, 286, 176  # panels in a row; the size of one, in pixels
GAP_X, GAP_Y, LEFT, TOP = 146, 92, 62, 112
POINTS = 60  # of a curve


def page(shown, tall, title, lines, draw):
    """A page with a panel for each system that has something to show: `draw(canvas, x, y, system, parts)`."""
    shown = [(system, parts) for system, parts in shown if parts]
    rows = -(-len(shown) // COLUMNS)
    canvas = Canvas(LEFT + COLUMNS * (WIDE + GAP_X) - 44, TOP + rows * (tall + GAP_Y) - GAP_Y + 62)
    canvas.text(24, 32, title, "title")
    for k, line in enumerate(lines):
        canvas.text(24, 53 + 17 * k, line, "sub")
    for k, (system, parts) in enumerate(shown):
        draw(canvas, LEFT + (k % COLUMNS) * (WIDE + GAP_X), TOP + (k // COLUMNS) * (tall + GAP_Y), system, parts)
    return canvas.done()


def published_lines(canvas, x, up, rewards):
    """The least and the most published reward, across a panel. Gives their label for the panel's right side."""
    for reward in rewards:
        canvas.line([(x, up(reward)), (x + WIDE, up(reward))], FAINT, 1, "5 4")
    return [(up(rewards[-1]), "published", FAINT)] if rewards else []


def reward_at(curve, episode):
    """The mean reward of the stretch with this episode; of the last stretch after a training's end."""
    return next((reward for last, reward in curve if last >= episode), curve[-1][1])


def curves(data):
    """Learning curves of all systems, on cells and on states: the seeds' mean and their spread."""
    def parts(system):
        found = [(on, [t["curve"] for t in judged(runs) if t["curve"]]) for on, runs in groups(data, system["name"])]
        return [(on, runs) for on, runs in found if runs]

    return page([(s, parts(s)) for s in data["systems"]], TALL, "Learning with and without abstraction", [
        "Reward by episode (logarithmic), with exploration, of each training's last attempt: the mean of the seeds and one "
        "standard deviation to either side, within the",
        "least and the most. Dots mark where trainings ended: from there on they count with what they had last. Dashed: the "
        "least and the most published reward."], panel_of_curves)


def panel_of_curves(canvas, x, y, system, parts):
    longest = max(curve[-1][0] for _, runs in parts for curve in runs)
    across = Axis(x, x + WIDE, 1, max(longest, 2), logarithmic=True)
    lines = []
    for on, runs in parts:
        episodes = sorted({max(1, round(longest ** (k / POINTS))) for k in range(POINTS + 1)})
        at = [[reward_at(curve, e) for curve in runs] for e in episodes]
        middle = [mean(v) for v in at]
        low = [max(min(v), m - spread(v)) for v, m in zip(at, middle)]
        high = [min(max(v), m + spread(v)) for v, m in zip(at, middle)]
        lines.append((on, episodes, middle, low, high, [(c[-1][0], c[-1][1]) for c in runs]))
    values = [v for _, _, _, low, high, ends in lines for v in (*low, *high, *(r for _, r in ends))]
    rewards = marks_of(system["name"])
    up = Axis(y + TALL, y, min([*values, *rewards]), max([*values, *rewards]), margin=0.05)
    canvas.frame(x, y, WIDE, TALL, system["title"], across, up, "episode" , "")
    published = published_lines(canvas, x, up, rewards)
    for on, episodes, _, low, high, _ in lines:
        band = [(across(e), up(v)) for e, v in zip(episodes, high)]
        band += [(across(e), up(v)) for e, v in zip(reversed(episodes), reversed(low))]
        canvas.area(band, COLOURS[on], 0.16)
    for on, episodes, middle, _, _, ends in lines:
        canvas.line([(across(e), up(v)) for e, v in zip(episodes, middle)], COLOURS[on], 2)
        for episode, reward in ends:
            canvas.dot(across(episode), up(reward), 2.2, COLOURS[on])
    labels = [(up(middle[-1]), on, COLOURS[on]) for on, _, middle, _, _, _ in lines]
    canvas.labels(x + WIDE + 6, [*labels, *published], y, y + TALL)


def trade_off(data):
    """What finer and coarser cells do to the reward and to the size of the transition system."""
    upper, lower, between = 118, 96, 16
    tall = upper + between + lower

    def panels(canvas, x, y, system, parts):
        rewards = panel_of_sizes(canvas, x, y, upper, system["title"], parts, "reward", marks_of(system["name"]))
        states = panel_of_sizes(canvas, x, y + upper + between, lower, "", parts, "states", [])
        canvas.labels(x + WIDE + 6, rewards, y, y + upper)
        canvas.labels(x + WIDE + 6, states, y + upper + between, y + tall)

    shown = [(s, sensitivity(data, s["name"])) for s in data["systems"]]
    return page(shown, tall, "Finer and coarser cells", [
        "Above: the mean reward of the controller (dashed: the least and the most published). Below: the states of its transition system "
        "(logarithmic). A dot is a seed, lines are means; the widths",
        "are multiples of the published ones. Filled: the property is proved, or holds within its bound. Hollow: not proved. "
        "Crosses: the check was given up."], panels)


def value_of(run, what):
    if what == "reward":
        return run["training"].get("reward", {}).get("mean")
    return run.get("check", {}).get("states")


def panel_of_sizes(canvas, x, y, tall, title, parts, what, published):
    """Draws one quantity against the widths. Gives the labels for its right side."""
    values = [v for _, runs in parts for v in (value_of(r, what) for r in runs) if v is not None]
    if not values:
        canvas.text(x + WIDE / 2, y + tall / 2, "no check came to an end", "tick")
        return []
    is_size = what == "states"
    bounds = [*values, *published]
    up = Axis(y + tall, y, min(bounds), max(bounds), logarithmic=is_size, margin=0.08)
    across = Axis(x, x + WIDE, -0.5, len(parts) - 0.5)
    marks = [(k, factor_of(f).replace("x ", "× ")) for k, (f, _) in enumerate(parts)] if is_size else []
    canvas.frame(x, y, WIDE, tall, title, across, up, "width of the cells" if is_size else "", "", marks)
    beside = published_lines(canvas, x, up, published)
    means = []
    for k, (_, runs) in enumerate(parts):
        here = [v for v in (value_of(r, what) for r in runs) if v is not None]
        if here:
            level = math.exp(mean([math.log(v) for v in here])) if is_size else mean(here)
            means.append((across(k), up(level)))
    colour = COLOURS["cells"]
    canvas.line(means, colour, 1.4)
    for k, (_, runs) in enumerate(parts):
        for i, run in enumerate(runs):
            at, value, check = across(k) + 9 * (i - (len(runs) - 1) / 2), value_of(run, what), run.get("check", {})
            if value is not None:
                good = check.get("verdict", "").startswith(("proved", "holds"))
                canvas.dot(at, up(value), 3.2, colour, hollow=not good)
            elif check and check["state"] != "done":
                canvas.cross(at, y + 8, 3.2, "#c2454e")
    return [(means[-1][1], what, colour), *beside]
