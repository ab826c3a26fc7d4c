"""What the scanner and the telephone line do to a page: resolution, skew, thresholding, noise, dropouts, streaks,
the sender's header line, and paper fed upside down."""

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from . import fonts

# name -> pixels an inch across and down, and the width that a fax machine cuts the page to.
RESOLUTIONS = {"204x98": (204, 98, 1728), "204x196": (204, 196, 1728), "204x391": (204, 391, 1728), "200x200": (200, 200, 1700), "300x300": (300, 300, 2550)}


@dataclass
class Line:
    """How one transmission is spoilt. Fractions are of the pixels of a page."""

    resolution: str = "204x196"
    skew: float = 0.0
    speckle: float = 0.0  # share of pixels that flip, in small clusters
    dropouts: int = 0  # bands of rows lost or repeated
    streaks: int = 0
    weight: float = 0.0  # -1 thin strokes .. +1 thick strokes
    rough: float = 8.0  # noise on the grey before the threshold
    dither: bool = False
    upside_down: str = "no"  # no, paper (header stays upright), file (header too)
    header: int | None = None  # style number
    shift: tuple[float, float] = (0.0, 0.0)  # points


def ordinary(rng, resolution="204x196") -> Line:
    return Line(resolution, skew=rng.uniform(-0.7, 0.7), speckle=rng.choice([0, 0, 2e-5, 6e-5, 1.2e-4]), dropouts=0, weight=rng.uniform(-0.35, 0.6), rough=rng.uniform(3, 12),
                dither=rng.random() < 0.06, upside_down=rng.choice(["no"] * 14 + ["paper", "file"]), header=rng.choice([None, *range(len(HEADERS))]), shift=(rng.uniform(-5, 5), rng.uniform(-2, 6)))


def bad(rng, resolution="204x196") -> Line:
    return Line(resolution, skew=rng.choice([-1, 1]) * rng.uniform(0.8, 2.2), speckle=rng.uniform(4e-4, 2e-3), dropouts=rng.randrange(2, 9), streaks=rng.choice([0, 1, 1, 2]),
                weight=rng.uniform(-0.6, 0.9), rough=rng.uniform(10, 26), dither=rng.random() < 0.1, upside_down=rng.choice(["no"] * 9 + ["paper", "file"]), header=rng.choice([None, *range(len(HEADERS))]),
                shift=(rng.uniform(-8, 8), rng.uniform(-3, 10)))


HEADERS = [
    lambda w, s, n, p, t: f"{w:%m/%d/%Y}  {w:%H:%M}   {n}            {s.upper()[:22]}                PAGE  {p:02d}/{t:02d}",
    lambda w, s, n, p, t: f"FROM :{s[:20]}        FAX NO. :{n[:3]} {n[3:6]} {n[6:]}        {w:%b. %d %Y %I:%M%p}  P{p}",
    lambda w, s, n, p, t: f"{w.month}/{w.day}/{w.year} {w:%I:%M %p}  FROM:+1{n} {s[:18]}  TO:8314305857  Pag.{p}/{t}",
    lambda w, s, n, p, t: f"{w:%d-%b-%y} {w:%H:%M}  From-{s.upper()[:16]}   {n[:3]} {n[3:6]} {n[6:]}   T-{int(n[-3:]) % 900 + 100}  P.{p:02d}/{t:02d}  F-{int(n[-4:]) % 800 + 100}",
    lambda w, s, n, p, t: f"{w:%a %d %b %Y %I:%M:%S %p} PST                                       Page {p} of {t}",
    lambda w, s, n, p, t: f"{w:%b %d %Y %H:%M}   {s[:24]}   {n[:3]}-{n[3:6]}-{n[6:]}   p.{p}",
]


def transmit(page: Image.Image, line: Line, rng, header: str = "") -> Image.Image:
    """A mode "1" image (white = 1) at the line's resolution. `page` is the ideal scan, mode "L", Letter."""
    noise = np.random.default_rng(rng.getrandbits(64))
    across, down, width = RESOLUTIONS[line.resolution]
    k = page.width / 612
    if line.upside_down == "paper":
        page = page.rotate(180)
    if line.skew or line.shift != (0.0, 0.0):
        page = page.rotate(line.skew, Image.Resampling.BICUBIC, translate=(line.shift[0] * k, line.shift[1] * k), fillcolor=255)
    grey = page.resize((round(8.5 * across), round(11 * down)), Image.Resampling.BOX)
    if grey.width > width:
        left = (grey.width - width) // 2
        grey = grey.crop((left, 0, left + width, grey.height))
    elif grey.width < width:
        wider = Image.new("L", (width, grey.height), 255)
        wider.paste(grey, ((width - grey.width) // 2, 0))
        grey = wider
    grey = grey.filter(ImageFilter.GaussianBlur(0.35 if down < 150 else 0.5))
    values = np.asarray(grey, dtype=np.float32)
    ink = values < 250
    values = values + noise.normal(0, line.rough, values.shape).astype(np.float32) * ink
    # Coarse rows cover hairlines only in part; machines lift their sensitivity there.
    middle = (165 if down < 150 else 142) + line.weight * 38
    if line.dither:
        tone = np.clip((values - 128) * 1.25 + 128 + 142 - middle + np.where(ink, 0, 255), 0, 255).astype(np.uint8)
        white = np.asarray(Image.fromarray(tone).convert("1"))
    else:
        # Flat grey (shading, photographs) comes out as a screen, ink as line art.
        screen = _screen(values.shape)
        flat = (values > 150) & (values < 250) & (np.asarray(grey.filter(ImageFilter.MaxFilter(5))) < 250)
        white = np.where(flat, values > screen, values > middle)
    white = _spoil(white.copy(), line, noise)
    out = Image.fromarray(white)
    if header:
        out = _with_header(out, header, across, down, rng)
    if line.upside_down == "file":
        out = out.rotate(180)
    return out


def _screen(shape):
    bayer = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]]) * 16 + 8
    return np.tile(bayer, (shape[0] // 4 + 1, shape[1] // 4 + 1))[: shape[0], : shape[1]]


def _spoil(white, line, noise):
    height, width = white.shape
    count = int(line.speckle * white.size)
    ys, xs = noise.integers(0, height - 2, count), noise.integers(0, width - 3, count)
    size = noise.random(count)
    hole = noise.random(count) < 0.25  # most specks are black; the others are holes in strokes
    for dy, dx, share in ((0, 0, 1.0), (0, 1, 0.45), (1, 0, 0.2), (1, 1, 0.06), (0, 2, 0.06)):
        part = size < share
        white[ys[part] + dy, xs[part] + dx] = hole[part]
    for _ in range(line.dropouts):
        y = int(noise.integers(60, height - 20))
        rows = int(noise.integers(1, 3 if height < 1500 else 4))
        kind = noise.random()
        if kind < 0.4:  # rows that never came: the machine prints white, over part of the width
            a, b = sorted(noise.integers(0, width, 2))
            white[y:y + rows, a:b] = True
        elif kind < 0.7:  # rows lost altogether: what follows moves up
            white[y:-rows] = white[y + rows:].copy()
        else:  # regenerated by copying the line above
            white[y:y + rows] = white[y - 1]
    for _ in range(line.streaks):
        x, w = int(noise.integers(20, width - 20)), int(noise.integers(1, 4))
        column = np.ones(height, bool)
        if noise.random() < 0.5:
            a, b = sorted(noise.integers(0, height, 2))
            column[a:b] = False
        column &= noise.random(height) > 0.03
        for i in range(w):
            white[column, x + i] = noise.random() < 0.12
    return white


def _with_header(out, header, across, down, rng):
    """The sender's machine prints its line over the top edge, upright to the scan whatever the paper does."""
    family = rng.choice(["cousine", "b612-mono"])
    size = min(0.118 * across, 0.118 * across * (out.width - 60) / fonts.width(header, family, False, 0.118 * across))
    band = Image.new("L", (out.width, math.ceil(size * 1.5)), 255)
    ImageDraw.Draw(band).text((rng.uniform(18, 40), size * 1.1), header, fill=0, font=fonts.load(family, False, int(size)), anchor="ls")
    band = band.resize((out.width, round(band.height * down / across)), Image.Resampling.BOX).point(lambda v: 255 if v > 140 else 0).convert("1")
    white = np.asarray(out).copy()
    top = round(0.06 * down)
    white[top:top + band.height] &= np.asarray(band)
    return Image.fromarray(white)
