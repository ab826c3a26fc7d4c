"""Which fonts there are: the cache that fonts.sh fills, by the use that fonts.txt names for each."""

import functools
import os
import pathlib

from PIL import ImageFont

HERE = pathlib.Path(__file__).parent


def _cache() -> pathlib.Path:
    default = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "faxtriage-fonts"
    return pathlib.Path(os.environ.get("FAXTRIAGE_FONTS", default))


def _families(use: str) -> list[str]:
    rows = (line.split() for line in (HERE / "fonts.txt").read_text().splitlines() if line[:1] == "@")
    return [package.removeprefix("@fontsource/") for package, _, group in rows if group == use]


PRINT = _families("print")
MONO = _families("mono")
HAND = _families("hand")
SCRIPT = _families("script")
# Hands whose digits or capitals a person, too, would misread; kept for narratives and signatures.
HARD_HANDS = {"reenie-beanie", "sue-ellen-francisco", "covered-by-your-grace", "permanent-marker", "nanum-pen-script"}
CLEAR_HANDS = [family for family in HAND if family not in HARD_HANDS]


@functools.cache
def path(family: str, bold: bool = False) -> str:
    wanted = _cache() / f"{family}-{700 if bold else 400}.ttf"
    file = wanted if wanted.exists() else _cache() / f"{family}-400.ttf"
    if not file.exists():
        raise SystemExit(f"font {file} is not there: run samples/generator/fonts.sh first")
    return str(file)


@functools.lru_cache(maxsize=512)
def load(family: str, bold: bool, pixels: float) -> ImageFont.FreeTypeFont:
    # The basic layout engine: raqm is not in every Pillow build and would move glyphs between machines.
    return ImageFont.truetype(path(family, bold), pixels, layout_engine=ImageFont.Layout.BASIC)


def width(text: str, family: str, bold: bool, size: float) -> float:
    """Width of the text in the unit of `size`."""
    return load(family, bold, 200).getlength(text) * size / 200


@functools.cache
def digit_height(family: str) -> float:
    """Height of a zero as a share of the font size: hands differ by a factor of two at the same nominal size."""
    _, top, _, bottom = load(family, False, 200).getbbox("0")
    return (bottom - top) / 200
