"""Strings of handwritten digits as they reach the reader: written, faxed, prepared, cut out.

Everything is drawn at twice the fax resolution, brought down to it, made black and white, and scaled as `src/ocr/crops.rs` cuts lines:
the ink's bounds with 8 % above and below and one ink height at the sides, HEIGHT pixels high. Ink is 1, paper 0.
"""

import functools
import json
import pathlib

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

HEIGHT = 32
LETTERS = "ACDEFGHMNTUVWXYZ"  # the last place of a CIN
OTHER = "*"  # any other letter: ink that is no number
# Class 0 is CTC's blank. src/ocr/digit_reader.rs has the same list.
ALPHABET = "0123456789/-.(), " + LETTERS + OTHER
MONTHS = "January February March April May June July August September October November December Jan Feb Mar Apr Jun Jul Aug Sept Oct Nov Dec".split()


def mnist(folder):
    """Real digits by class, as (training, validation): of the first four fifths of each class nine tenths and one tenth.

    The last fifth is reserved for acceptance: it is cut off here, before anything else sees it.
    """
    train, held = {}, {}
    for digit in range(10):
        data = json.loads((pathlib.Path(folder) / f"{digit}.json").read_text())["data"]
        count = len(data) // 784 * 4 // 5
        pictures = np.asarray(data[: count * 784], np.float32).reshape(count, 28, 28)
        pictures = (pictures * 255).astype(np.uint8)
        cut = count * 9 // 10
        train[str(digit)], held[str(digit)] = pictures[:cut], pictures[cut:]
    return train, held


class Font:
    """Glyphs of one hand, as pictures whose digits are 60 pixels high."""

    def __init__(self, path):
        probe = ImageFont.truetype(str(path), 100)
        _, top, _, bottom = probe.getbbox("0")
        self.font = ImageFont.truetype(str(path), max(20, round(60 * 100 / max(1, bottom - top))))
        self.base = self.font.getbbox("0")[3]

    @functools.lru_cache(maxsize=None)
    def glyph(self, char):
        """Picture and how far its bottom lies below the baseline; `None` for a glyph without ink."""
        left, top, right, bottom = self.font.getbbox(char)
        if right - left < 2 or bottom - top < 2:
            return None
        picture = Image.new("L", (right - left + 4, bottom - top + 4), 0)
        ImageDraw.Draw(picture).text((2 - left, 2 - top), char, fill=255, font=self.font)
        return picture, bottom + 2 - self.base


def date(rng, months=False):
    m, d, y = rng.integers(1, 13), rng.integers(1, 32), rng.integers(1930, 2028)
    if months and rng.random() < 0.15:
        return f"{rng.choice(MONTHS)} {d}, {y}"
    pad = rng.random() < 0.5
    m, d = (f"{m:02d}", f"{d:02d}") if pad else (str(m), str(d))
    y = str(y) if rng.random() < 0.6 else f"{y % 100:02d}"
    mark = rng.choice(["/", "/", "/", "-", "-", ".", " "])
    return mark.join((m, d, y))


def number(rng, places):
    return "".join(str(d) for d in rng.integers(0, 10, places))


def phone(rng):
    a, b, c = number(rng, 3), number(rng, 3), number(rng, 4)
    shape = rng.choice(["({0}) {1}-{2}", "({0}){1}-{2}", "{0}-{1}-{2}", "{0}.{1}.{2}", "{0} {1} {2}", "{0}/{1}-{2}", "{0}{1}{2}", "1-{0}-{1}-{2}", "({0}) {1} {2}"])
    return str(shape).format(a, b, c)


def text(rng):
    chance = rng.random()
    if chance < 0.22:
        return rng.choice(["1", "2"]) + number(rng, 9)
    if chance < 0.46:
        return "9" + number(rng, 7) + rng.choice(list(LETTERS))
    if chance < 0.73:
        return date(rng, months=True)
    if chance < 0.93:
        return phone(rng)
    if chance < 0.96:
        return str(rng.choice([", ", " ", "; ", ","])).join(date(rng) for _ in range(2)).replace(";", ",")
    return number(rng, int(rng.integers(3, 9)))


class Composer:
    def __init__(self, digits, hands, prints):
        self.digits, self.hands, self.prints = digits, hands, prints

    def compose(self, rng, coarse=None, string=None, real=None):
        """(line of HEIGHT rows, string, steps): `steps` has the column of each character's middle, as shares of the width."""
        string = text(rng) if string is None else string
        source = rng.random()
        real = source < 0.74 if real is None else real
        font = self.hands[rng.integers(len(self.hands))] if source < 0.96 or real else self.prints[rng.integers(len(self.prints))]
        coarse = rng.random() < 0.38 if coarse is None else coarse
        high = float(rng.uniform(17, 46)) * 2
        comb = rng.random() < 0.14 and len(string) <= 12
        if comb:
            string = "".join(c for c in string if c not in " ().-," and not c.islower())
            string = string.replace("/", "") if rng.random() < 0.7 else string
        slant, wobble = rng.normal(0, 0.12), rng.uniform(0, 1) ** 2
        # From digits that run into each other to digits a third of their height apart.
        gap = rng.uniform(-0.10, 0.16) if rng.random() < 0.8 else rng.uniform(0.1, 0.45)
        wide = rng.uniform(0.85, 1.2)
        cell = high * rng.uniform(0.85, 1.5)
        canvas = np.zeros((int(high * 3), int(high * (len(string) + 2) * 1.8)), np.uint8)
        base, x = high * 2.0, high * 0.8
        slope, drift, start = rng.normal(0, 0.012), 0.0, x
        said, middles = [], []
        for char in string:
            drift = 0.7 * drift + rng.normal(0, 0.035) * high * wobble
            if char == " ":
                x += high * rng.uniform(0.35, 0.9)
                said.append(" "), middles.append(x - high * 0.2)
                continue
            glyph = self.glyph(rng, font, char, real)
            if glyph is None:
                continue
            picture, scale, below = glyph
            size = high * scale * (1 + rng.normal(0, 0.05) * (0.4 + wobble))
            tile = self.tilt(rng, picture, size, size * wide * (1 + rng.normal(0, 0.06)), slant, wobble)
            if comb:
                centre = start + (len(said) + 0.5) * cell
                left = centre - tile.shape[1] / 2 + rng.normal(0, 0.06) * cell
            else:
                left = x
            top = base + drift + (left - start) * slope + below * size - tile.shape[0]
            if paste(canvas, tile, int(left), int(top)):
                said.append(char if char in ALPHABET else OTHER)
                middles.append(left + tile.shape[1] / 2)
            x = left + tile.shape[1] + high * (gap + rng.normal(0, 0.03))
        end = start + len(said) * cell if comb else x
        canvas = canvas[:, : int(end + high)]
        line = self.fax(rng, canvas, coarse, base, high, (start, cell, len(said)) if comb else None, end)
        picture, left, width = line
        return picture, "".join(said), [(m / 2 - left) / width for m in middles]

    def glyph(self, rng, font, char, real):
        """(picture, height of the picture at a digit height of 1, how far it reaches below the baseline as share of its own height)."""
        if real and char in self.digits:
            known = self.digits[char]
            picture = Image.fromarray(known[rng.integers(len(known))])
            box = picture.getbbox()
            picture = picture.crop(box)
            return picture, picture.height / 20, 0.0
        if char in "/-.()" and rng.random() < 0.6:
            picture, scale, below = pen(rng, char)
            return picture, scale, below
        glyph = font.glyph(char)
        if glyph is None and char.islower():
            return None
        if glyph is None:
            return pen(rng, char) if char in "/-.()" else None
        return glyph[0], glyph[0].height / 60, glyph[1] / glyph[0].height

    def tilt(self, rng, picture, high, size, slant, wobble):
        """The picture as a tile `high` pixels high, slanted, turned and out of square a little."""
        w0, h0 = picture.size
        w, h = max(3, round(w0 * size / h0)), max(3, round(high))
        lean = (slant + rng.normal(0, 0.05) * wobble) * h0
        corners = rng.normal(0, 0.03 + 0.03 * wobble, 8) * min(w0, h0)
        pad = abs(lean) / 2 + 1
        # Upper left, lower left, lower right, upper right of what is shown.
        quad = np.array([-pad + lean / 2, 0, -pad - lean / 2, h0, w0 + pad - lean / 2, h0, w0 + pad + lean / 2, 0]) + corners
        wide = max(3, round(w * (w0 + 2 * pad) / w0))
        return np.asarray(picture.transform((wide, h), Image.Transform.QUAD, tuple(quad), Image.Resampling.BILINEAR))

    def fax(self, rng, canvas, coarse, base, high, comb, end):
        """Rulings, scanner, telephone line, preparation and the cut: (line, left edge in fax pixels, width in fax pixels)."""
        pen_width = rng.random()
        grey = Image.fromarray(canvas)
        if pen_width < 0.12:
            grey = grey.filter(ImageFilter.MaxFilter(3))
        elif pen_width < 0.2 and high > 50:
            grey = grey.filter(ImageFilter.MinFilter(3))
        down = 4 if coarse else 2
        ideal = np.asarray(grey, np.float32)
        ideal = ideal[: ideal.shape[0] // down * down, : ideal.shape[1] // 2 * 2]
        faxed = ideal.reshape(ideal.shape[0] // down, down, ideal.shape[1] // 2, 2).mean((1, 3))
        rough = rng.uniform(0, 26)
        inked = faxed > 4
        faxed[inked] += rough * rng.standard_normal(np.count_nonzero(inked), np.float32)
        ink = faxed > (rng.uniform(60, 120) if coarse else rng.uniform(65, 165))
        if not ink.any():
            ink = faxed > 30
        own = ink.copy()
        square = 2 if coarse else 1
        self.ruled(rng, ink, base / 2 / square, high / 2 / square, comb, end, square)
        if rng.random() < 0.08:  # a row that never came
            y = int(rng.integers(ink.shape[0]))
            a, b = np.sort(rng.integers(0, ink.shape[1], 2))
            ink[y, a:b] = False
        ys, xs = np.nonzero(own)
        top, bottom, left, right = ys.min(), ys.max() + 1, xs.min(), xs.max() + 1
        if rng.random() < 0.10:  # a crumb of a label or of the line above
            self.crumb(rng, ink, top, bottom, left, right)
        if rng.random() < 0.12:  # what a neighbour left stretches the cut
            top, bottom = max(0, top - int(rng.integers(0, 6))), min(ink.shape[0], bottom + int(rng.integers(0, 6)))
        if rng.random() < 0.25:
            count = int(rng.uniform(0, 3e-3) * ink.size)
            ink[rng.integers(0, ink.shape[0], count), rng.integers(0, ink.shape[1], count)] = rng.random(count) < 0.6
        tall = (bottom - top) * square
        side, margin = tall, max(1, round(tall / 12))
        window = (left - side, top - margin / square, right + side, bottom + margin / square)
        width = window[2] - window[0]
        wide = max(16, round(width * HEIGHT / ((window[3] - window[1]) * square)))
        page = Image.fromarray((ink[:, max(0, left - 2): right + 2] * 255).astype(np.uint8))
        offset = max(0, left - 2)
        if coarse:
            page = page.resize((page.width, page.height * 2), Image.Resampling.BILINEAR)
        elif rng.random() < 0.8:
            page = page.transform(page.size, Image.Transform.AFFINE, (1, rng.normal(0, 0.006), rng.random(), rng.normal(0, 0.006), 0.98, rng.random()), Image.Resampling.BILINEAR)
        box = (window[0] - offset, window[1] * square, window[2] - offset, window[3] * square)
        framed = Image.new("L", (max(1, round(width)), max(1, round(box[3] - box[1]))), 0)
        framed.paste(page, (-round(box[0]), -round(box[1])))
        line = np.asarray(framed.resize((wide, HEIGHT), Image.Resampling.BICUBIC), np.float32) / 255
        return line, window[0], width

    def ruled(self, rng, ink, base, high, comb, end, square):
        """Rulings and cells, and the same taken out again where no stroke crosses them, as `src/page/erase.rs` does."""
        height, width = ink.shape
        rows = []
        if comb:
            rows += [base + high * rng.uniform(0.05, 0.3), base - high * rng.uniform(1.05, 1.4)]
        elif rng.random() < 0.5:
            rows.append(base + high * (rng.uniform(-0.1, 0.2) if rng.random() < 0.85 else rng.uniform(-0.7, -0.1)))
        left_in = rng.random() < 0.06
        for row in rows:
            y, thick = int(row), int(rng.integers(1, 4)) if square == 1 else int(rng.integers(1, 3))
            if not 2 <= y < height - thick - 2:
                continue
            crossed = ink[y - 1] | ink[y + thick] | (ink[y - 2] & ink[y + thick + 1])
            keep = np.ones(width, bool) if left_in else crossed | (rng.random(width) < 0.01)
            if not left_in:  # a stroke that runs along the ruling goes with it
                ink[y: y + thick, ~crossed] = False
            ink[y: y + thick] |= keep
        if comb:
            start, cell, count = comb
            for i in range(count + 1):
                x, thick = int((start + i * cell) / 2), int(rng.integers(1, 4))
                if not 2 <= x < width - thick - 2:
                    continue
                a, b = int(base - high * rng.uniform(0.3, 1.3)), int(base + high * 0.2)
                a = max(1, a)
                rowsof = np.zeros(height, bool)
                rowsof[a:b] = True
                crossed = (ink[:, x - 1] | ink[:, x + thick]) & rowsof
                part = rng.random()
                keep = rowsof if part < 0.06 else crossed if part < 0.5 else crossed & (rng.random(height) < 0.5)
                ink[:, x: x + thick] |= keep[:, None]

    def crumb(self, rng, ink, top, bottom, left, right):
        where = rng.integers(4)
        h, w = int(rng.integers(2, 7)), int(rng.integers(2, 12))
        if where < 2:
            x = int(rng.integers(left, right))
            y = top - h // 2 if where == 0 else bottom - h // 2
        else:
            x, y = (left - w - 3 if where == 2 else right + 3), int(rng.integers(top, bottom))
        ink[max(0, y): y + h, max(0, x): x + w] |= rng.random(ink[max(0, y): y + h, max(0, x): x + w].shape) < 0.8


def pen(rng, char):
    """A mark drawn with a pen: (picture, height at a digit height of 1, reach below the baseline as share of its own height)."""
    high = {"/": rng.uniform(0.9, 1.5), "-": 0.14, ".": 0.14, "(": rng.uniform(1.0, 1.5), ")": rng.uniform(1.0, 1.5)}[char]
    h = max(8, round(60 * high))
    w = {"/": round(h * rng.uniform(0.05, 0.6)), "-": round(rng.uniform(14, 36)), ".": 8, "(": round(h * 0.3), ")": round(h * 0.3)}[char]
    thick = int(rng.integers(4, 9))
    picture = Image.new("L", (max(8, w) + thick, h + thick), 0)
    draw = ImageDraw.Draw(picture)
    r, b = picture.width - thick // 2 - 1, picture.height - thick // 2 - 1
    t = thick // 2
    if char == "/":
        draw.line((r, t, t, b), fill=255, width=thick)
    elif char == "-":
        draw.line((t, (t + b) / 2, r, (t + b) / 2 + rng.uniform(-3, 3)), fill=255, width=thick)
    elif char == ".":
        draw.ellipse((t, t, t + thick, t + thick), fill=255)
    else:
        bow = picture.width * rng.uniform(0.4, 1.0)
        points = [((1 - 4 * (i / 8 - 0.5) ** 2) * bow, t + (b - t) * i / 8) for i in range(9)]
        points = [(r - x, y) if char == "(" else (t + x, y) for x, y in points]
        draw.line(points, fill=255, width=thick, joint="curve")
    scale = picture.height / 60
    middle = {"-": rng.uniform(0.35, 0.6), "/": 0.45, "(": 0.45, ")": 0.45}.get(char)
    below = 0.0 if middle is None else (scale / 2 - middle) / scale
    return picture, scale, below


def paste(canvas, tile, left, top):
    """Darkens the canvas by the tile where it fits; whether any of it did."""
    y0, x0 = max(0, top), max(0, left)
    y1, x1 = min(canvas.shape[0], top + tile.shape[0]), min(canvas.shape[1], left + tile.shape[1])
    if y1 <= y0 or x1 <= x0:
        return False
    part = canvas[y0:y1, x0:x1]
    np.maximum(part, tile[y0 - top: y1 - top, x0 - left: x1 - left], out=part)
    return True
