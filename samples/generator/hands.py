"""Who fills the form in: a typist, or a person with a pen. Also check marks, signatures and crossings-out."""

import math
from dataclasses import dataclass

from . import digits, fonts
from .sheet import FormField, Sheet, Zone


SCRAWL = "\0"  # written as a value: ink that nobody can read


@dataclass
class Typed:
    """A typewriter or word processor: one font, one size; `drop` moves the baseline towards the ruling (0 sits clear of it)."""

    rng: object
    family: str
    size: float
    drop: float = 0.0
    nudge: float = 0.0

    by_hand = False

    def write(self, sheet: Sheet, zone: Zone, text: str, key: str = "", lines=False):
        size = min(self.size, max(6.0, zone.h * 0.86))
        size = min(size, size * (zone.w - 5 - max(0.0, self.nudge)) / max(1.0, fonts.width(text, self.family, False, size)))
        baseline = zone.y + zone.h - max(1.2, (zone.h - size * 0.72) * 0.32) + self.drop
        sheet.text(zone.x + 3 + self.nudge, baseline, text, self.family, size)

    def char(self, sheet, zone, char):
        size = min(self.size, zone.h * 0.95, zone.w * 1.5)
        sheet.text(zone.x + zone.w / 2, zone.y + zone.h / 2 + size * 0.36 + self.drop * 0.5, char, self.family, size, align="center")

    def line_width(self, text):
        return fonts.width(text, self.family, False, self.size)

    leading = property(lambda self: self.size * 1.25)


@dataclass
class ByHand:
    """A pen: `jitter` 0..1 scales the wobble of place, size and slant from glyph to glyph."""

    rng: object
    family: str
    size: float  # wanted height of a digit, in points
    jitter: float = 0.5
    slant: float = 0.0
    ink: int = 10
    drop: float = 0.0
    nudge: float = 0.0

    by_hand = True

    def _em(self, height):
        return height / fonts.digit_height(self.family)

    def write(self, sheet, zone, text, key="", lines=False):
        if text == SCRAWL:
            step = min(zone.w * 0.8, 90) / 16
            sheet.stroke(smooth([(zone.x + 5 + i * step, zone.y + zone.h * (0.55 + self.rng.uniform(-0.3, 0.25))) for i in range(17)]), 1.3)
            return
        height = min(self.size, zone.h * 0.74)
        em = self._em(height)
        spread = 1.0 + 0.06 * self.jitter
        em = min(em, em * (zone.w - 5) / max(1.0, fonts.width(text, self.family, False, em) * spread * 1.03))
        baseline = zone.y + zone.h - max(1.5, (zone.h - height) * 0.3) + self.drop + self.rng.uniform(-1, 0.8) * self.jitter
        self._run(sheet, zone.x + 3 + self.nudge + self.rng.uniform(0, 3) * self.jitter, baseline, text, em, self.rng.uniform(-0.006, 0.004) * self.jitter * 2)

    def _run(self, sheet, x, baseline, text, em, slope=0.0):
        rng, j = self.rng, self.jitter
        start, drift = x, 0.0
        for char in text:
            drift = 0.8 * drift + rng.gauss(0, 0.018) * em * j
            size = em * (1 + rng.gauss(0, 0.045) * j)
            if digits.known(char):
                x += self._digit(sheet, x, baseline + (x - start) * slope + drift, char, size)
                continue
            if char != " ":
                sheet.glyph(x, baseline + (x - start) * slope + drift, char, self.family, size, self.slant + rng.gauss(0, 0.05) * j, rng.gauss(0, 2.2) * j, self.ink)
            x += fonts.width(char, self.family, False, em) * (1 + 0.06 * j * rng.random()) + rng.gauss(0, 0.012) * em * j

    def _digit(self, sheet, x, baseline, char, size):
        """A real digit in the place of the font's; how far the pen moves on."""
        picture = digits.choose(char, self.rng)
        height = size * fonts.digit_height(self.family) * picture.height / 20
        width = height * picture.width / picture.height
        sheet.ink(x, baseline - height, width, height, picture)
        return width + size * fonts.digit_height(self.family) * (0.1 + 0.12 * self.jitter * self.rng.random())

    def char(self, sheet, zone, char):
        height = min(self.size, zone.h * 0.8)
        em = self._em(height) * (1 + self.rng.gauss(0, 0.06) * self.jitter)
        em = min(em, em * zone.w * 0.98 / max(1.0, fonts.width(char, self.family, False, em)))
        x = zone.x + (zone.w - fonts.width(char, self.family, False, em)) / 2 + self.rng.gauss(0, 0.06) * zone.w * self.jitter
        self._run(sheet, x, zone.y + (zone.h + height) / 2 + self.rng.gauss(0, 0.06) * zone.h * self.jitter + self.drop * 0.4, char, em)

    def line_width(self, text):
        return fonts.width(text, self.family, False, self._em(self.size)) * (1 + 0.06 * self.jitter) * 1.02

    leading = property(lambda self: self.size * 2.0)


@dataclass
class Keyed:
    """A person with a PDF viewer: values become AcroForm fields, not marks on the page."""

    family: str = "arimo"
    size: float = 9.5
    drop = 0.0
    by_hand = False

    def write(self, sheet, zone, text, key="", lines=False):
        sheet.fields.append(FormField(key, Zone(zone.x + 1, zone.y + 1, zone.w - 2, zone.h - 2), text, lines))

    def line_width(self, text):
        return fonts.width(text, self.family, False, self.size)

    leading = property(lambda self: self.size * 1.2)


def paragraph(writer, text: str, width: float) -> list[str]:
    """The text broken into lines that fit the width for this writer."""
    lines, line = [], ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and writer.line_width(longer) > width:
            lines.append(line)
            line = word
        else:
            line = longer
    return [*lines, line] if line else lines


def smooth(points, steps=7):
    """Catmull-Rom through the points."""
    padded = [points[0], *points, points[-1]]
    out = []
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:]):
        for i in range(steps):
            t = i / steps
            out.append(tuple(0.5 * (2 * q + (r - p) * t + (2 * p - 5 * q + 4 * r - s) * t * t + (3 * q - p - 3 * r + s) * t ** 3) for p, q, r, s in zip(a, b, c, d)))
    return [*out, points[-1]]


MARKS = ["tick", "cross", "fill", "scribble", "outside", "faint", "thick", "dot"]


def mark(sheet: Sheet, rng, box: Zone, kind: str):
    """A mark that means "yes" in or about a check box."""
    x, y, w, h = box.x, box.y, box.w, box.h
    cx, cy = x + w / 2, y + h / 2
    u = min(w, h)

    def near(px, py, by=0.07):
        return (cx + px * u + rng.gauss(0, by) * u, cy + py * u + rng.gauss(0, by) * u)

    if kind == "tick":
        sheet.stroke(smooth([near(-0.42, 0.0), near(-0.12, 0.42), near(0.15, -0.15), near(0.62, -0.75)]), rng.uniform(1.0, 1.7))
    elif kind in ("cross", "thick", "faint"):
        w_ = {"cross": rng.uniform(0.9, 1.5), "thick": 2.2, "faint": 0.75}[kind]
        ink = 105 if kind == "faint" else 10
        reach = rng.uniform(0.42, 0.58)
        sheet.stroke(smooth([near(-reach, -reach), near(0, 0, 0.04), near(reach, reach)]), w_, ink)
        sheet.stroke(smooth([near(reach, -reach), near(0, 0, 0.04), near(-reach, reach)]), w_, ink)
    elif kind == "fill":
        for i in range(7):
            t = (i - 3) / 3 * 0.36
            sheet.stroke([near(-0.38, t, 0.03), near(0.38, t, 0.03)], u * 0.16)
    elif kind == "scribble":
        sheet.stroke(smooth([near(0.5 * math.cos(i * 2.1) * rng.uniform(0.6, 1), 0.45 * math.sin(i * 2.6) * rng.uniform(0.6, 1)) for i in range(12)]), 1.0)
    elif kind == "outside":
        sheet.stroke(smooth([near(-0.3, -0.1), near(0.0, 0.5), near(0.8, -0.7), near(1.7, -1.15)]), rng.uniform(1.0, 1.6))
    elif kind == "dot":
        sheet.oval(cx - u * 0.2, cy - u * 0.2, u * 0.4, u * 0.4, u * 0.2)


def ring(sheet, rng, zone: Zone):
    """A hand-drawn circle round a word or label."""
    cx, cy = zone.x + zone.w / 2, zone.y + zone.h / 2
    turn = rng.uniform(0, 1)
    points = [(cx + (zone.w * 0.54 + 3) * math.cos(turn + i * 0.55) * rng.uniform(0.97, 1.04), cy + (zone.h * 0.75 + 1.5) * math.sin(turn + i * 0.55) * rng.uniform(0.94, 1.06)) for i in range(13)]
    sheet.stroke(smooth(points), 1.2)


def strike(sheet, rng, zone: Zone):
    """Strokes through a mark and its label that take it back."""
    for _ in range(2):
        y = zone.y + zone.h / 2 + rng.uniform(-1.5, 1.5)
        sheet.stroke(smooth([(zone.x + zone.w * t, y + rng.uniform(-0.9, 0.9)) for t in (0, 0.3, 0.6, 1)]), 1.1)


SIGNATURES = ["loops", "zigzag", "flat", "script", "initials"]


def signature(sheet, rng, zone: Zone, kind: str, name: str):
    base, h = zone.y + zone.h - 2, zone.h
    width = min(zone.w * 0.8, rng.uniform(70, 150))
    x = zone.x + rng.uniform(2, max(3, zone.w - width) * 0.4)
    if kind == "script":
        family = rng.choice(fonts.SCRIPT)
        em = min(h * 1.15, h * 1.15 * zone.w * 0.9 / fonts.width(name, family, False, h * 1.15))
        sheet.text(x, base - rng.uniform(0, 3), name.split(",")[0].removeprefix("Dr. "), family, em)
        return
    points = []
    if kind == "initials":
        family = rng.choice(fonts.SCRIPT + fonts.HAND)
        parts = name.split(",")[0].removeprefix("Dr. ").split()
        sheet.text(x, base - 2, "".join(p[0] for p in parts[:2]), family, h)
        points = [(x + 18 + i * width * 0.1, base - 4 + rng.uniform(-2.5, 2.5)) for i in range(6)]
    elif kind == "loops":
        pace, wide, turns = rng.uniform(0.9, 1.7), rng.uniform(3, 9), rng.randrange(18, 40)
        for i in range(turns):
            t = i / (turns - 1)
            points.append((x + t * width + wide * math.cos(i * pace) + rng.uniform(-2, 2), base - h * 0.35 + h * (0.42 - 0.25 * t) * math.sin(i * pace) * rng.uniform(0.5, 1.1)))
    elif kind == "zigzag":
        for i in range(rng.randrange(9, 17)):
            points.append((x + i * width / 14, base - (h * rng.uniform(0.35, 0.95) if i % 2 else rng.uniform(-2, 3))))
        points.append((points[-1][0] + 30, base - rng.uniform(0, 8)))
    else:
        points = [(x + i * rng.uniform(4, 9), base - (h * rng.uniform(0.5, 0.95) if i % 2 == 0 else rng.uniform(-2, 4))) for i in range(rng.choice([2, 3, 4, 5]))]
        start = points[-1][0]
        points += [(start + 4 + i * width / 14, base - h * 0.22 + rng.uniform(-3, 3)) for i in range(rng.randrange(5, 14))]
    sheet.stroke(smooth(points), rng.uniform(0.9, 1.6))
