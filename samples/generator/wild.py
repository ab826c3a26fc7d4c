"""Held-out sets for accuracy work: every layout composed at random, nothing here is committed."""

from . import faxline, forms, hands, letters, people, stories
from .cases import PDFS, TIFFS, Inbox, Transmission, documents, facts, moment, penman, typist
from .stories import Setting

MIXES = ["printed-fine", "printed-coarse", "bad-lines", "hand", "hand-coarse", "digital", "singles", "mixed"]
SHARES = {"printed-fine": 30, "printed-coarse": 18, "bad-lines": 18, "hand": 20, "digital": 14}
BLANKABLE = ["member_name", "member_id", "member_dob", "provider_name", "provider_npi", "request_date", "member_phone", "provider_fax"]


def setting(rng, mix: str) -> Setting:
    digital = mix == "digital"
    by_hand = mix in ("hand", "hand-coarse")
    language = "es" if rng.random() < 0.12 else "en"

    def style():
        chosen = forms.wild_style(rng, language, digital)
        chosen.row += 3 if by_hand else 0
        return chosen

    keyed = digital and rng.random() < 0.55
    writer = penman(rng) if by_hand else hands.Keyed() if keyed else typist(rng, digital)
    if digital:
        return Setting(style, writer, faxline.Line(), rng.choice(["pdf-form", "pdf-form-bare"]) if keyed else "pdf-text")
    coarse = mix in ("printed-coarse", "hand-coarse") or mix == "bad-lines" and rng.random() < 0.25
    resolution = "204x98" if coarse else rng.choice(["204x196"] * 9 + ["200x200", "204x391", "300x300"])
    container = rng.choice(TIFFS + PDFS)
    options = {"rows_a_strip": rng.choice([0, 0, 64, 256])} if container.startswith("tiff") else {}
    line = (faxline.bad if mix == "bad-lines" else faxline.ordinary)(rng, resolution)
    return Setting(style, writer, line, container, options, cover=rng.random() < 0.25)


def single(inbox: Inbox, rng, mix: str):
    """One transmission with one request: a form in a layout of its own, mostly with its letter; now and then one thing is left out."""
    s = setting(rng, mix)
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
        r.letter.date = None
    if "failure-to-keep-appointments" in r.reasons and rng.random() < 0.25:
        r.attachments = [*r.attachments, "appointment-log"]
        r.efforts = True
    if rng.random() < 0.06:
        r.attachments = [*r.attachments, rng.choice(["chart-notes", "proof-of-mailing"])]
    inbox.enrol(r.member, provider)
    t = Transmission(moment(rng), provider, [r], line=s.line, container=s.container, options=s.options)
    if s.cover:
        t.add([letters.cover(provider, 0, rng, count=False)])
    t.add(documents(rng, r, s.style(), s.writer), 0)
    inbox.send(t)


def _story(call, *args, **fixed):
    return lambda inbox, rng, s: call(inbox, rng, s, *args, **fixed)


def _twice(call):
    return lambda inbox, rng, s: call(inbox, rng, s, setting(rng, rng.choice(["printed-fine", "bad-lines"])))


# How often, what. Scans only: the settings of digital PDFs suit single requests.
TABLE = [
    (5, _story(stories.family, 3, "together")), (5, _story(stories.family, 3, "forms-first")), (4, _story(stories.family, 3, "reversed-letters")), (4, _story(stories.family, 3, "forms-first", 1)),
    (3, _story(stories.family, 2, "together", None, True)), (3, _story(stories.family, 2, "forms-first", 0, True)), (3, _story(stories.family, 2, "together", separators=True)), (2, stories.joint_letter),
    (6, stories.wrong_letter), (6, _twice(stories.resent)), (4, _twice(stories.cured)), (4, stories.no_letter), (3, _story(stories.letter_in, "es")), (3, _story(stories.letter_in, "hmn")),
    (2, _story(stories.letter_in, "es", two_columns=True, guardian=False)), (4, _story(stories.letter_kind, "warning")), (4, _story(stories.letter_kind, "unfilled")), (4, _story(stories.letter_kind, "dismissal")),
    (2, stories.undated), (2, stories.letter_late), (2, _story(stories.appointments, "few")), (2, _story(stories.appointments, "span")), (2, _story(stories.appointments, "boundary")), (2, _story(stories.appointments, "ok", False)),
    (2, _story(stories.appointments, "ok", True, True)), (2, _story(stories.agreement, True, True)), (2, _story(stories.agreement, False)), (3, stories.inappropriate), (2, stories.bad_npi), (2, _story(stories.bad_id, "ssn")),
    (1, _story(stories.bad_id, "short")), (1, _story(stories.bad_id, "letter")), (2, stories.not_linked), (2, stories.unknown), (2, stories.other_name), (1, stories.future), (1, stories.impossible), (3, stories.pages_missing),
    (2, stories.two_members), (2, stories.circled), (2, stories.struck), (3, _story(stories.letter_only, "en")), (1, _story(stories.letter_only, "es")), (1, _story(stories.letter_only, "hmn")), (3, stories.other_plan),
    (2, stories.junk), (1, stories.cover_only), (2, stories.turned_page), (2, stories.shuffled), (2, stories.stranger_on_cover), (2, stories.mixed_resolution), (2, stories.continued),
    *((1, _story(stories.account, kind)) for kind in ("fine", "undated", "unsigned", "not-accepted", "no-users", "generic", "duplicate", "edited")),
    *((1, _story(stories.portal_notice, kind)) for kind in ("workforce-late", "workforce-in-time", "workforce-undecided", "address-private", "address-public", "incident", "ending-soon", "ending-fair")),
]


def fill(inbox: Inbox, rng, count: int, mix: str):
    """`mixed`: half single requests in the shares above, half stories; `singles`: the shares alone; else one kind."""
    half = count // 2 if mix == "mixed" else count
    if mix in ("singles", "mixed"):
        plan = [name for name, share in SHARES.items() for _ in range(round(half * share / 100))]
        plan = (plan + ["printed-fine"] * half)[:half]
    else:
        plan = [mix] * count
    for kind in plan:
        single(inbox, rng, kind)
    while len(inbox.files) < count:
        told = rng.choices([story for _, story in TABLE], [share for share, _ in TABLE])[0]
        told(inbox, rng, setting(rng, rng.choice(["printed-fine", "printed-fine", "printed-coarse", "hand", "bad-lines"])))
