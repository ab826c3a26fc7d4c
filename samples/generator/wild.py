"""Held-out sets for accuracy work: every layout composed at random, nothing here is committed."""

import dataclasses

from . import faxline, forms, hands, letters, people
from .cases import PDFS, TIFFS, Inbox, Transmission, documents, facts, moment, penman, typist

MIXES = ["printed-fine", "printed-coarse", "bad-lines", "hand", "digital", "mixed"]
SHARES = {"printed-fine": 30, "printed-coarse": 18, "bad-lines": 18, "hand": 20, "digital": 14}
BLANKABLE = ["member_name", "member_id", "member_dob", "provider_name", "provider_npi", "request_date", "member_phone", "provider_fax"]


def single(inbox: Inbox, rng, mix: str):
    """One transmission with one request: a form in a layout of its own, mostly with its letter."""
    provider = people.provider(rng)
    r = facts(rng, provider)
    chance = rng.random()
    if chance < 0.22:
        r.blanks = {rng.choice(BLANKABLE)}
    elif chance < 0.28:
        r.signed = False
    elif chance < 0.33:
        r.narrative = r.efforts = False
    elif chance < 0.38:
        r.reasons, r.missed, r.attachments, r.efforts = [], [], [], False
    if rng.random() < 0.15:
        r.letter = None
    elif rng.random() < 0.06:
        r.letter = dataclasses.replace(r.letter, date=None)
    if not r.narrative:
        r.efforts = False
    if "failure-to-keep-appointments" in r.reasons and rng.random() < 0.25:
        r.attachments = [*r.attachments, "appointment-log"]
        r.efforts = True
    if rng.random() < 0.06:
        r.attachments = [*r.attachments, rng.choice(["chart-notes", "proof-of-mailing"])]
    inbox.enrol(r.member, provider)
    digital = mix == "digital"
    language = "es" if rng.random() < 0.12 else "en"
    style = forms.wild_style(rng, language, digital)
    t = Transmission(moment(rng), provider, [r])
    keyed = digital and rng.random() < 0.55
    writer = penman(rng) if mix == "hand" else hands.Keyed() if keyed else typist(rng, digital)
    if mix == "hand":
        style.row += 3
    if digital:
        t.container = rng.choice(["pdf-form", "pdf-form-bare"]) if keyed else "pdf-text"
    else:
        t.container = rng.choice(TIFFS + PDFS)
        coarse = mix == "printed-coarse" or mix == "bad-lines" and rng.random() < 0.25
        fine = rng.choice(["204x196"] * 9 + ["200x200", "204x391", "300x300"])
        t.line = (faxline.bad if mix == "bad-lines" else faxline.ordinary)(rng, "204x98" if coarse else fine)
        if t.container.startswith("tiff"):
            t.options = {"rows_a_strip": rng.choice([0, 0, 64, 256])}
    if rng.random() < 0.25:
        t.add([letters.cover(provider, 0, rng, count=False)])
    t.add(documents(rng, r, style, writer), 0)
    inbox.send(t)


def schedule(rng, count: int, mix: str) -> list[str]:
    if mix != "mixed":
        return [mix] * count
    total = sum(SHARES.values())
    plan = [name for name, share in SHARES.items() for _ in range(round(count * share / total))]
    plan += ["printed-fine"] * (count - len(plan))
    return plan[:count]


def singles(inbox: Inbox, rng, count: int, mix: str):
    for kind in schedule(rng, count, mix):
        single(inbox, rng, kind)
