"""Provider portal papers: the account request with its agreement, and notices under it. Sections as on the
plan's agreement page: 1 qualification, 3 unique identifiers and 48 hours, 4 internet address, 6 incidents, 8 ending."""

import datetime as dt
from dataclasses import dataclass, field

from . import fonts, hands
from .letters import _flow, _letterhead, long_date, pretty
from .people import Provider
from .sheet import Sheet, Zone
from .wordings import PLAN

TERMS = ["This agreement is between {plan} (the Alliance) and the Provider whose signature appears below, as of the date set forth below.",
         "1. Provider is licensed and will notify the Alliance immediately in writing if that ceases.", "2. Use of the portal is limited to treatment and payment, and to the minimum necessary.",
         "3. Each workforce member has a unique identifier. Provider gives written notice within 48 hours of the end of a position or a change of duties.",
         "4. Provider notifies the Alliance at once if its internet service provider or assigned IP address changes.", "6. Provider gives immediate notice of any violation or unauthorized view of protected health information.",
         "8. Either party may end this agreement on 30 days' written notice."]


@dataclass
class Account:
    """An account request. `users`: name and e-mail; `struck`: a term crossed out by the office."""

    provider: Provider
    date: dt.date | None
    users: list[tuple[str, str]] = field(default_factory=list)
    accepted: bool = True
    signed: bool = True
    name_given: bool = True
    struck: bool = False


def account_form(a: Account, writer, rng) -> Sheet:
    sheet, family = Sheet(), rng.choice(fonts.PRINT)
    sheet.text(56, 58, PLAN, family, 11, True)
    sheet.text(56, 78, rng.choice(["Provider Portal Account Request", "Provider Portal Account Request and Agreement", "PROVIDER PORTAL ACCOUNT REQUEST"]), family, 16, True)
    p, y = a.provider, 100
    rows = [("Provider name", p.name if a.name_given else ""), ("NPI", p.npi if a.name_given else ""), ("Practice", p.practice), ("Address", f"{p.address}, {p.city}"), ("Phone", pretty(p.phone))]
    for n, (label, value) in enumerate(rows):
        x, w = (56, 300) if n % 2 == 0 else (366, 190)
        sheet.text(x, y + 16, label + ":", family, 9)
        used = fonts.width(label + ":", family, False, 9) + 4
        sheet.line(x + used, y + 18, x + w, y + 18, 0.7)
        writer.write(sheet, Zone(x + used, y - 2, w - used, 20), value)
        y += 24 if n % 2 else 0
    y += 34
    body = hands.Typed(rng, family, 8.5)
    for n, term in enumerate(TERMS):
        top = y
        y = _flow(sheet, body, term.format(plan=PLAN), 60, y, 490) + 3
        if a.struck and n == 3:
            hands.strike(sheet, rng, Zone(58, top - 8, 480, 9))
    y += 6
    sheet.text(56, y + 8, "Portal users (one person per line)", family, 10, True)
    y += 14
    for r in range(5):
        for x, w, cell in ((56, 240, "Full name"), (296, 260, "E-mail")):
            sheet.rect(x, y, w, 19, 0.7)
            if r == 0:
                sheet.text(x + 4, y + 13, cell, family, 8.5, True)
            elif r <= len(a.users):
                writer.write(sheet, Zone(x, y, w, 19), a.users[r - 1][0 if x == 56 else 1])
        y += 19
    y += 20
    box = Zone(58, y - 9, 10, 10)
    sheet.rect(box.x, box.y, 10, 10, 0.9)
    if a.accepted:
        hands.mark(sheet, rng, box, rng.choice(["cross", "tick"]))
    sheet.text(76, y, "By proceeding I confirm that I have read, and agree to, the terms of this agreement.", family, 9)
    y += 50
    sheet.text(56, y, "Provider signature:", family, 9)
    sheet.line(140, y + 2, 360, y + 2)
    if a.signed:
        hands.signature(sheet, rng, Zone(144, y - 26, 200, 28), rng.choice(hands.SIGNATURES), p.name)
    sheet.text(380, y, "Date:", family, 9)
    sheet.line(406, y + 2, 540, y + 2)
    writer.write(sheet, Zone(406, y - 18, 134, 20), f"{a.date.month}/{a.date.day}/{a.date.year}" if a.date else "")
    return sheet


@dataclass
class Notice:
    """`kind`: workforce, address, incident, ending. `when`: the event; `timed`: whether its hour is written."""

    provider: Provider
    kind: str
    date: dt.date | None
    when: dt.datetime | None
    timed: bool = True
    person: str = ""
    address: str = ""
    signed: bool = True


def notice(n: Notice, rng) -> Sheet:
    sheet, body = Sheet(), hands.Typed(rng, rng.choice(fonts.PRINT), 11)
    y = _letterhead(sheet, n.provider, body.family, rng, 70)
    if n.date:
        sheet.text(66, y, long_date(n.date, "en", rng), body.family, 11)
    y += 30
    for line in (PLAN, "Provider Services, Provider Portal", "1600 Green Hills Road, Suite 101, Scotts Valley, CA 95066"):
        sheet.text(66, y, line, body.family, 11)
        y += 14
    y += 14
    sheet.text(66, y, {"workforce": "RE: Provider Portal - notice of change in workforce", "address": "RE: Provider Portal - change of IP address", "incident": "RE: Provider Portal - report of privacy incident", "ending": "RE: Provider Portal Agreement - notice of termination"}[n.kind], body.family, 11, True)
    y += 24
    at = (long_date(n.when.date(), "en", rng) + (f" at {n.when.hour % 12 or 12}:{n.when:%M %p}" if n.timed else "")) if n.when else ""
    text = {"workforce": [f"This is written notice under section 3 of the Provider Portal Agreement. {n.person}, a portal user in our office, ended employment on {at}.", "Please deactivate the user's identifier."],
            "address": [f"Under section 4 of the agreement we report that our internet service provider has changed as of {at}.", f"Old IP address: 203.0.113.{rng.randrange(2, 250)}. New IP address: {n.address}."],
            "incident": [f"Under section 6 of the Provider Portal Agreement we report that on {at} a portal account in our office was used to view protected health information without authorization.", "The account was locked and the matter is being investigated. Please call us."],
            "ending": [f"We give written notice under section 8 that we end the Provider Portal Agreement. The termination takes effect on {at}."]}[n.kind]
    for part in text:
        y = _flow(sheet, body, part, 66, y, 470) + 9
    sheet.text(66, y + 8, "Sincerely,", body.family, 11)
    if n.signed:
        hands.signature(sheet, rng, Zone(66, y + 14, 180, 30), rng.choice(hands.SIGNATURES), n.provider.name)
    sheet.text(66, y + 62, n.provider.name, body.family, 11)
    sheet.text(66, y + 76, f"NPI {n.provider.npi}", body.family, 11)
    return sheet
