"""A few strokes of SVG for the plots in docs/: axes, a canvas, and marks on it. Not a program.

Numbers are written with a tenth of a pixel, so that a plot is the same text on every machine.
"""

import math
from html import escape

STYLE = """text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;fill:#3c4453}
.title{font-size:19px;font-weight:600;fill:#1d2430}.sub{font-size:12.5px;fill:#6b7484}
.head{font-size:14px;font-weight:600;fill:#1d2430}.tick{font-size:11px;fill:#7d8696;text-anchor:middle}
.side{font-size:11px;fill:#7d8696;text-anchor:end}.label{font-size:11.5px}"""


def number(x):
    return f"{x:.1f}".removesuffix(".0")


def marked(x):
    """A number as it is read: 2500 as 2500, 20000 as 20 k, and with a minus that is as wide as a plus."""
    if x < 0:
        return "\u2212" + marked(-x)
    for size, unit in ((1e6, " M"), (1e3, " k")):
        if abs(x) >= size and (size > 1e3 or abs(x) >= 1e4):
            return f"{x / size:g}{unit}"
    return f"{x:g}"


class Axis:
    """Numbers from `low` to `high`, linearly or by their logarithm, on pixels from `begin` to `end`."""

    def __init__(self, begin, end, low, high, logarithmic=False, margin=0.0):
        self.logarithmic = logarithmic
        low, high = self.scaled(low), self.scaled(high)
        if high - low < 1e-9:
            low, high = (low - 0.5, high + 0.5) if logarithmic else (low - max(1, abs(low) / 10), high + max(1, abs(high) / 10))
        more = margin * (high - low)
        self.begin, self.end, self.low, self.high = begin, end, low - more, high + more

    def scaled(self, x):
        return math.log10(x) if self.logarithmic else x

    def __call__(self, x):
        return self.begin + (self.end - self.begin) * (self.scaled(x) - self.low) / (self.high - self.low)

    def ticks(self):
        """Some four round numbers."""
        if self.logarithmic:
            powers = range(math.floor(self.low) - 1, math.ceil(self.high) + 1)
            steps = (1,) if self.high - self.low > 1.6 else (1, 2, 5) if self.high - self.low > 0.5 else range(1, 10)
            found = [s * 10.0**p for p in powers for s in steps]
            return [t for t in found if self.low - 1e-9 <= math.log10(t) <= self.high + 1e-9]
        rough = (self.high - self.low) / 4
        power = 10.0 ** math.floor(math.log10(rough))
        step = power * min((1, 2, 2.5, 5, 10), key=lambda s: abs(s - rough / power))
        first = math.ceil(self.low / step - 1e-9)
        return [k * step for k in range(first, math.floor(self.high / step + 1e-9) + 1)]


class Canvas:
    """The marks of a picture, in the order in which they are drawn."""

    def __init__(self, width, height):
        self.parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {number(width)} {number(height)}" '
                      f'width="{number(width)}" height="{number(height)}" role="img">\n<style>\n{STYLE}\n</style>\n'
                      '<rect width="100%" height="100%" fill="#fbfbfa"/>']

    def text(self, x, y, what, kind, colour=None):
        fill = f' style="fill:{colour}"' if colour else ""
        self.parts.append(f'<text class="{kind}" x="{number(x)}" y="{number(y)}"{fill}>{escape(what)}</text>')

    def line(self, points, colour, wide, dashes=""):
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        self.parts.append(f'<path d="M{self.path(points)}" fill="none" stroke="{colour}" stroke-width="{wide}"'
                          f' stroke-linejoin="round"{dashed}/>')

    def area(self, points, colour, opacity):
        self.parts.append(f'<path d="M{self.path(points)}Z" fill="{colour}" fill-opacity="{opacity}"/>')

    @staticmethod
    def path(points):
        return " ".join(f"{number(x)},{number(y)}" for x, y in points)

    def dot(self, x, y, radius, colour, hollow=False):
        fill = "#fbfbfa" if hollow else colour
        self.parts.append(f'<circle cx="{number(x)}" cy="{number(y)}" r="{radius}" fill="{fill}" stroke="{colour}" '
                          'stroke-width="1.3"/>')

    def cross(self, x, y, size, colour):
        x, y = number(x - size), number(y - size)
        self.parts.append(f'<path d="M{x},{y}l{2 * size:g},{2 * size:g}m0,-{2 * size:g}l-{2 * size:g},{2 * size:g}" '
                          f'stroke="{colour}" stroke-width="1.6"/>')

    def frame(self, x, y, wide, tall, title, across, up, below, beside, marks=None):
        """A panel's grid, its numbers and its names. `marks` are (number, text) below; None: those of the axis."""
        for t in up.ticks():
            self.line([(x, up(t)), (x + wide, up(t))], "#e2e4e7", 1)
            self.text(x - 7, up(t) + 4, marked(t), "side")
        for t, what in [(t, marked(t)) for t in across.ticks()] if marks is None else marks:
            self.line([(across(t), y), (across(t), y + tall)], "#eceef0", 1)
            self.text(across(t), y + tall + 16, what, "tick")
        self.line([(x, y), (x, y + tall), (x + wide, y + tall)], "#b9bfc9", 1)
        if title:
            self.text(x, y - 12, title, "head")
        self.text(x + wide / 2, y + tall + 34, below, "tick") if below else None
        self.text(x - 7, y - 12, beside, "side") if beside else None

    def labels(self, x, labels, top, bottom, apart=14):
        """Texts beside the ends of lines, moved apart where they would overlap. `labels`: (height, text, colour)."""
        ordered = sorted(labels)
        heights = [min(max(y, top + 4), bottom) for y, _, _ in ordered]
        for k in range(1, len(heights)):
            heights[k] = max(heights[k], heights[k - 1] + apart)
        beyond = max(0.0, heights[-1] - bottom - 4) if heights else 0.0
        for height, (_, what, colour) in zip(heights, ordered):
            self.text(x, height - beyond + 4, what, "label", colour)

    def done(self):
        return "\n".join([*self.parts, "</svg>"]) + "\n"
