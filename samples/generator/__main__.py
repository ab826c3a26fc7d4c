"""Command line of the generator; run from samples/: `python -m generator`."""

import argparse
import pathlib
import random

from . import wild
from .cases import Inbox

SAMPLES = pathlib.Path(__file__).parent.parent


def main():
    parser = argparse.ArgumentParser(prog="generator", description="Draw synthetic fax transmissions with their truth. Without --wild: the committed inbox of samples/.")
    parser.add_argument("--wild", action="store_true", help="layouts, wordings, hands and noise composed at random")
    parser.add_argument("--count", type=int, default=60, help="transmissions of a wild set")
    parser.add_argument("--seed", type=int, default=1, help="same seed, same bytes")
    parser.add_argument("--mix", choices=wild.MIXES, default="mixed")
    parser.add_argument("--out", type=pathlib.Path, default=SAMPLES, help="folder for inbox/, truth.csv and roster.csv")
    args = parser.parse_args()
    inbox = Inbox(random.Random(args.seed))
    if args.wild:
        wild.singles(inbox, inbox.rng, args.count, args.mix)
        inbox.fill_roster(30)
    inbox.save(args.out)


main()
