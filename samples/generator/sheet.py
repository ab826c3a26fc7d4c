"""A page as drawing operations in points (origin top left), before it becomes pixels or a digital PDF.

forms.py and letters.py draw on it; faxline.py takes `raster`; containers.py replays `ops` and `fields` into PDF.
"""

from dataclasses import dataclass, field

from PIL import Image, ImageChops, ImageDraw

from . import fonts

SCAN = 400  # pixels an inch of the ideal page, well above every fax resolution
WIDTH, HEIGHT = 612.0, 792.0


@dataclass
class Zone:
    """A place for a value: x, y of the top left corner, width and height, in points."""

    x: float
    y: float
    w: float
    h: float


@dataclass
class FormField:
    """An AcroForm field: a text with its value, or a check box with True or False."""

    name: str
    zone: Zone
    value: str | bool
    lines: bool = False


@dataclass
class Sheet:
    ops: list = field(default_factory=list)
    fields: list[FormField] = field(default_factory=list)

    def text(self, x, y, text, family, size, bold=False, ink=0, align="left"):
        """`y` is the baseline."""
        if align != "left":
            w = fonts.width(text, family, bold, size)
            x = x - w if align == "right" else x - w / 2
        self.ops.append(("text", x, y, text, family, bold, size, ink))

    def glyph(self, x, y, char, family, size, shear, turn, ink):
        self.ops.append(("glyph", x, y, char, family, size, shear, turn, ink))

    def line(self, x0, y0, x1, y1, w=0.8, ink=0, dash=None):
        self.ops.append(("line", x0, y0, x1, y1, w, ink, dash))

    def rect(self, x, y, w, h, lw=0.8, fill=None, ink=0):
        self.ops.append(("rect", x, y, w, h, lw, fill, ink))

    def oval(self, x, y, w, h, lw=0.8):
        self.ops.append(("oval", x, y, w, h, lw))

    def stroke(self, points, w=1.2, ink=0):
        """A pen stroke through the points, with round ends."""
        self.ops.append(("stroke", list(points), w, ink))

    def picture(self, x, y, w, h, image):
        """A grey picture (a photographed letterhead, a stamp)."""
        self.ops.append(("picture", x, y, w, h, image))

    def ink(self, x, y, w, h, image):
        """A grey picture of strokes, laid over what is there."""
        self.ops.append(("ink", x, y, w, h, image))

    def raster(self) -> Image.Image:
        k = SCAN / 72
        page = Image.new("L", (round(WIDTH * k), round(HEIGHT * k)), 255)
        draw = ImageDraw.Draw(page)
        for op in self.ops:
            _RASTER[op[0]](page, draw, k, *op[1:])
        return page


def _text(page, draw, k, x, y, text, family, bold, size, ink):
    draw.text((x * k, y * k), text, fill=ink, font=fonts.load(family, bold, size * k), anchor="ls")


def _glyph(page, draw, k, x, y, char, family, size, shear, turn, ink):
    pixels = size * k
    side = int(pixels * 2.4)
    tile = Image.new("L", (side, side), 255)
    ImageDraw.Draw(tile).text((side * 0.3, side * 0.65), char, fill=ink, font=fonts.load(family, False, round(pixels * 2) / 2), anchor="ls")
    # Shear about the baseline: x' = x + shear * (baseline - y); PIL wants the inverse map.
    base = side * 0.65
    tile = tile.transform(tile.size, Image.Transform.AFFINE, (1, shear, -shear * base, 0, 1, 0), Image.Resampling.BILINEAR, fillcolor=255)
    if turn:
        tile = tile.rotate(turn, Image.Resampling.BILINEAR, center=(side * 0.3, base), fillcolor=255)
    left, top = round(x * k - side * 0.3), round(y * k - base)
    area = (left, top, left + side, top + side)
    page.paste(ImageChops.darker(page.crop(area), tile), area)


def _line(page, draw, k, x0, y0, x1, y1, w, ink, dash):
    wide = max(1, round(w * k))
    if dash is None:
        draw.line((x0 * k, y0 * k, x1 * k, y1 * k), fill=ink, width=wide)
        return
    on, off = dash
    length = max(abs(x1 - x0), abs(y1 - y0))
    at = 0.0
    while at < length:
        a, b = at / length, min(at + on, length) / length
        draw.line(((x0 + (x1 - x0) * a) * k, (y0 + (y1 - y0) * a) * k, (x0 + (x1 - x0) * b) * k, (y0 + (y1 - y0) * b) * k), fill=ink, width=wide)
        at += on + off


def _rect(page, draw, k, x, y, w, h, lw, fill, ink):
    draw.rectangle((x * k, y * k, (x + w) * k, (y + h) * k), fill=fill, outline=ink if lw else None, width=max(1, round(lw * k)) if lw else 1)


def _oval(page, draw, k, x, y, w, h, lw):
    draw.ellipse((x * k, y * k, (x + w) * k, (y + h) * k), outline=0, width=max(1, round(lw * k)))


def _stroke(page, draw, k, points, w, ink):
    wide = max(1, round(w * k))
    flat = [(px * k, py * k) for px, py in points]
    draw.line(flat, fill=ink, width=wide, joint="curve")
    for px, py in (flat[0], flat[-1]):
        draw.ellipse((px - wide / 2, py - wide / 2, px + wide / 2, py + wide / 2), fill=ink)


def _picture(page, draw, k, x, y, w, h, image):
    scaled = image.resize((round(w * k), round(h * k)), Image.Resampling.BILINEAR)
    page.paste(scaled, (round(x * k), round(y * k)))


def _ink(page, draw, k, x, y, w, h, image):
    scaled = image.resize((max(1, round(w * k)), max(1, round(h * k))), Image.Resampling.BICUBIC)
    area = (round(x * k), round(y * k), round(x * k) + scaled.width, round(y * k) + scaled.height)
    page.paste(ImageChops.darker(page.crop(area), scaled), area)


_RASTER = {"text": _text, "glyph": _glyph, "line": _line, "rect": _rect, "oval": _oval, "stroke": _stroke, "picture": _picture, "ink": _ink}
