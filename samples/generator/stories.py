"""What can happen in a night: each story sends one or more transmissions with their truth into the inbox.

A `Setting` says how the pages look and travel; committed.py gives fixed ones, wild.py random ones. All stories
share the signature (inbox, rng, setting) plus keywords of their own.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from . import faxline, forms, letters, people, portal
from .cases import Inbox, Transmission, documents, facts, moment
from .truth import Request, row


@dataclass
class Setting:
    """`style` makes a layout for each form (a family sends the same edition three times or not)."""

    style: Callable[[], forms.Style]
    writer: object
    line: faxline.Line
    container: str
    options: dict = field(default_factory=dict)
    received: dt.datetime | None = None
    name: str = ""
    cover: bool = False


def _open(rng, s: Setting, provider, *requests) -> Transmission:
    return Transmission(s.received or moment(rng), provider, list(requests), line=s.line, container=s.container, options=dict(s.options), name=s.name)


def request(inbox: Inbox, rng, s: Setting, before=None, change=None, shape=None, roster=None, enrol=True, style=None, plain_name=False, **fixed):
    """One request with all its papers. `change(r)` edits the facts, `before(t)` adds pages in front, `shape(t)` works on the
    finished transmission, `roster` overrides its entry there."""
    provider = fixed.pop("provider", None) or people.provider(rng)
    r = facts(rng, provider, **fixed)
    if change:
        change(r)
    if enrol:
        inbox.enrol(r.member, provider, **(roster or {}))
    t = _open(rng, s, provider, r)
    if s.cover:
        t.add([letters.cover(provider, 0, rng, count=False)])
    if before:
        before(t)
    t.add(documents(rng, r, style or s.style(), s.writer), 0)
    t.plain_name = plain_name
    if shape:
        shape(t)
    inbox.send(t)
    return t


def blank(inbox, rng, s, column):
    request(inbox, rng, s, change=lambda r: r.blanks.add(column))


def unsigned(inbox, rng, s):
    request(inbox, rng, s, signed=False)


def no_narrative(inbox, rng, s):
    request(inbox, rng, s, narrative=False, reasons=["ineffective-relationship"])


def no_reason(inbox, rng, s):
    request(inbox, rng, s, reasons=[])


def no_letter(inbox, rng, s):
    request(inbox, rng, s, letter=None)


def letter_in(inbox, rng, s, language, **other):
    request(inbox, rng, s, change=lambda r: setattr(r, "letter", replace(r.letter, language=language, **other)))


def letter_kind(inbox, rng, s, kind):
    """warning, unfilled or dismissal in place of a notice."""
    def change(r):
        language = "en" if kind == "unfilled" or r.letter.language == "hmn" and kind == "warning" else r.letter.language
        r.letter = replace(r.letter, kind=kind, language=language, missed=[r.letter.date - dt.timedelta(days=9), r.letter.date - dt.timedelta(days=44)], guardian=False)
    request(inbox, rng, s, change=change, reasons=["ineffective-relationship"])


def undated(inbox, rng, s):
    request(inbox, rng, s, change=lambda r: setattr(r, "letter", replace(r.letter, date=None)))


def letter_late(inbox, rng, s):
    request(inbox, rng, s, change=lambda r: setattr(r, "letter", replace(r.letter, date=r.request_date + dt.timedelta(days=rng.randrange(1, 5)))))


def wrong_letter(inbox, rng, s):
    """The letter of a sibling, or of a stranger."""
    def change(r):
        other = people.sibling(rng, r.member) if rng.random() < 0.6 else people.member(rng)
        r.letter = replace(r.letter, members=[other])
    request(inbox, rng, s, change=change)


def appointments(inbox, rng, s, kind, efforts=True, log=False):
    """kind: ok, few, span, boundary."""
    request(inbox, rng, s, reasons=["failure-to-keep-appointments"], missed_kind=kind, efforts=efforts, attachments=["appointment-log"] if log else [])


def agreement(inbox, rng, s, copy=True, slip=False):
    request(inbox, rng, s, reasons=["medication-agreement-violation"], attachments=["medication-agreement"] * copy + ["proof-of-mailing"] * slip)


def inappropriate(inbox, rng, s):
    request(inbox, rng, s, inappropriate=True, reasons=[rng.choice(["ineffective-relationship", "abusive-or-disruptive-behavior"])])


def bad_npi(inbox, rng, s):
    request(inbox, rng, s, change=lambda r: setattr(r, "npi_written", people.broken_npi(rng)))


def bad_id(inbox, rng, s, kind):
    """ssn, short, letter (an impossible last letter)."""
    def change(r):
        r.id_written = {"ssn": f"{rng.randrange(500, 699)}-{rng.randrange(10, 99)}-{rng.randrange(1000, 9999)}", "short": r.id_written[:8], "letter": r.id_written[:8] + rng.choice("PQRKJ")}[kind]
    request(inbox, rng, s, change=change)


def not_linked(inbox, rng, s):
    other = people.provider(rng)
    request(inbox, rng, s, roster={"pcp_npi": other.npi, "pcp_name": other.name})


def unknown(inbox, rng, s, **letter):
    request(inbox, rng, s, enrol=False, change=lambda r: setattr(r, "letter", replace(r.letter, **letter)))


def other_name(inbox, rng, s):
    request(inbox, rng, s, roster={"member_name": people.member(rng).name})


def future(inbox, rng, s):
    request(inbox, rng, s, request_date=dt.date(2026, 12, rng.randrange(2, 28)), reasons=["ineffective-relationship"])


def impossible(inbox, rng, s):
    request(inbox, rng, s, impossible_date="11/31/2026")


def pages_missing(inbox, rng, s):
    """The header counts more pages than came."""
    s = replace(s, line=replace(s.line, header=rng.choice([0, 2, 3, 4]), upside_down="no"))
    request(inbox, rng, s, pages_missing=True, plain_name=True, shape=lambda t: setattr(t, "promised", len(t.pages) + rng.randrange(1, 4)))


def two_members(inbox, rng, s):
    request(inbox, rng, s, change=lambda r: setattr(r, "second_member", people.sibling(rng, r.member)))


def circled(inbox, rng, s):
    """No box is marked; the words of the reason are circled."""
    request(inbox, rng, s, style=replace(s.style(), mark="circled", box="square", box_after=False), uncertain=True)


def struck(inbox, rng, s):
    """One reason marked and taken back, another marked."""
    def change(r):
        r.struck = next(reason for reason in ("member-fraud", "ineffective-relationship") if reason not in r.reasons)
    request(inbox, rng, s, change=change, style=replace(s.style(), mark="cross", box="square", box_after=False), uncertain=True)


def letter_only(inbox, rng, s, language="en"):
    provider = people.provider(rng)
    r = facts(rng, provider)
    r.kind, r.attachments, r.letter = "letter-only", [], replace(r.letter, language=language, guardian=False)
    inbox.enrol(r.member, provider)
    t = _open(rng, s, provider, r)
    t.add([letters.draw_letter(r.letter, provider, r.reasons, rng)], 0)
    inbox.send(t)


def other_plan(inbox, rng, s):
    provider = people.provider(rng)
    member = people.member(rng)
    t = _open(rng, s, provider, Request("other-plan", member, provider))
    t.add([letters.other_plan_form(member, provider, s.writer, rng)], 0)
    inbox.send(t)


def junk(inbox, rng, s):
    provider = people.provider(rng)
    t = _open(rng, s, provider, Request("junk"))
    t.add([letters.junk(rng)], 0)
    inbox.send(t)


def cover_only(inbox, rng, s):
    provider = people.provider(rng)
    t = _open(rng, s, provider, Request("junk"))
    t.add([letters.cover(provider, 1, rng)], 0)
    inbox.send(t)


# --- several members, several pages ---------------------------------------------------------------------------------

def family(inbox, rng, s, size=3, order="together", without=None, twins=False, separators=False):
    """`order`: together (form, letter, form, letter), forms-first, reversed-letters. `without`: whose letter did not come."""
    provider = people.provider(rng)
    first = people.member(rng, child=True)
    members = [first] + [people.sibling(rng, first, twin=twins and n == 0) for n in range(size - 1)]
    requests, papers = [], []
    style = s.style()
    day = facts(rng, provider).request_date
    for n, member in enumerate(members):
        r = facts(rng, provider, member=member, request_date=day, attachments=[], reasons=[rng.choice(["ineffective-relationship", "failure-to-keep-appointments", "abusive-or-disruptive-behavior"])])
        r.letter = None if n == without else replace(r.letter, members=[member], guardian=True, date=day - dt.timedelta(days=2))
        inbox.enrol(member, provider)
        sheets = documents(rng, r, style if rng.random() < 0.8 else s.style(), s.writer)
        requests.append(r)
        papers.append(sheets)
    t = _open(rng, s, provider, *requests)
    if s.cover:
        t.add([letters.cover(provider, sum(map(len, papers)) + 1, rng, about=f"{first.last} family")])
    tails = [sheets[-1:] if r.letter else [] for r, sheets in zip(requests, papers)]
    heads = [sheets[:len(sheets) - len(tail)] for sheets, tail in zip(papers, tails)]
    if order == "together":
        for n, sheets in enumerate(papers):
            if n and separators:
                t.add([letters.separator(rng)])
            t.add(sheets, n)
    else:
        for n, sheets in enumerate(heads):
            t.add(sheets, n)
        for n in (range(size) if order == "forms-first" else reversed(range(size))):
            t.add(tails[n], n)
    inbox.send(t)


def joint_letter(inbox, rng, s):
    """One letter that names two siblings, behind their two forms: it is each one's letter."""
    provider = people.provider(rng)
    first = people.member(rng, child=True)
    pair = [first, people.sibling(rng, first)]
    day = facts(rng, provider).request_date
    shared = letters.Letter("notice", "en", pair, day - dt.timedelta(days=3), guardian=True)
    requests = [facts(rng, provider, member=m, request_date=day, letter=shared, reasons=["ineffective-relationship"]) for m in pair]
    t = _open(rng, s, provider, *requests)
    style = s.style()
    for n, r in enumerate(requests):
        inbox.enrol(r.member, provider)
        r.letter = None
        t.add(documents(rng, r, style, s.writer), n)
        r.letter = shared
        r.groups["layout"] += "+joint-letter"
    t.add([letters.draw_letter(shared, provider, requests[0].reasons, rng)], 0, 1)
    inbox.send(t)


def resent(inbox, rng, s, again: Setting):
    """The same papers through the machine once more, an hour later: other pixels, same request."""
    t = request(inbox, rng, s, plain_name=True)
    first = t.requests[0]
    copy = replace(first, duplicate_of=t.name, groups=dict(first.groups))
    later = Transmission(t.received + dt.timedelta(minutes=rng.randrange(20, 100)), t.sender, [copy], list(t.pages), again.line, again.container, dict(again.options), again.name)
    later.name = later.name or _later_name(later, t.name)
    inbox.send(later)


def cured(inbox, rng, s, again: Setting):
    """First without the letter, then once more with it: the second stands by itself."""
    provider = people.provider(rng)
    r = facts(rng, provider)
    inbox.enrol(r.member, provider)
    letter, r.letter = r.letter, None
    t = _open(rng, s, provider, r)
    t.add(documents(rng, r, s.style(), s.writer), 0)
    t.plain_name = True
    inbox.send(t)
    whole = replace(r, letter=letter, groups=dict(r.groups))
    later = Transmission(t.received + dt.timedelta(minutes=rng.randrange(30, 200)), provider, [whole], list(t.pages), again.line, again.container, dict(again.options), again.name)
    later.name = later.name or _later_name(later, t.name)
    later.add([letters.draw_letter(letter, provider, r.reasons, rng)], 0)
    inbox.send(later)


def _later_name(later: Transmission, first: str) -> str:
    """A name that sorts after the first copy's, as its time does."""
    ext = "tif" if later.container.startswith("tiff") else "pdf"
    return f"{later.received:%Y%m%d%H%M%S}_{later.sender.fax}_{int(first.split('_')[2][:4]) + 400:04d}.{ext}"


def turned_page(inbox, rng, s):
    """Only the letter was fed upside down."""
    s = replace(s, line=replace(s.line, upside_down="no"))
    request(inbox, rng, s, attachments=[], reasons=["ineffective-relationship"], shape=lambda t: setattr(t, "flipped", {len(t.pages)}))


def mixed_resolution(inbox, rng, s):
    """The form fine, the letter standard."""
    request(inbox, rng, s, shape=lambda t: setattr(t, "resolutions", {len(t.pages): "204x98"}))


def continued(inbox, rng, s):
    """The narrative goes on on a plain page behind the form."""
    def shape(t):
        r = t.requests[0]
        t.pages.insert(1, (letters.continuation(r.member, r.name_written, rng), [0]))
    request(inbox, rng, s, shape=shape, reasons=["abusive-or-disruptive-behavior"])


def scrawled(inbox, rng, s):
    """A birth date that nobody can read: not missing, but somebody must look."""
    request(inbox, rng, s, change=lambda r: r.unreadable.add("member_dob"), uncertain=True)


def shuffled(inbox, rng, s):
    """Letter before form, attachments first: the stack was upside down."""
    provider = people.provider(rng)
    r = facts(rng, provider, reasons=["medication-agreement-violation"], attachments=["medication-agreement", "chart-notes"])
    inbox.enrol(r.member, provider)
    t = _open(rng, s, provider, r)
    t.add(list(reversed(documents(rng, r, s.style(), s.writer))), 0)
    inbox.send(t)


def stranger_on_cover(inbox, rng, s):
    """The cover names another member than the papers behind it."""
    request(inbox, rng, s, before=lambda t: t.add([letters.cover(t.sender, 0, rng, about=f"Patient: {people.member(rng).name}", count=False)]))


# --- portal -----------------------------------------------------------------------------------------------------------

def account(inbox, rng, s, kind="fine"):
    provider = people.provider(rng)
    users = [(f"{rng.choice(people.FIRST)} {rng.choice(people.LAST)}", f"user{rng.randrange(100, 999)}@example.org") for _ in range(rng.choice([2, 3]))]
    a = portal.Account(provider, people.day(rng, dt.date(2026, 11, 12), dt.date(2026, 11, 20)), users)
    no, ask = {"fine": ("", ""), "undated": ("portal-date-missing", ""), "unsigned": ("portal-signature-missing", ""), "not-accepted": ("portal-acceptance-missing", ""), "no-users": ("portal-users-missing", ""),
               "generic": ("", "portal-user-generic"), "duplicate": ("", "portal-user-duplicate"), "edited": ("", "portal-agreement-edited")}[kind]
    a.date = None if kind == "undated" else a.date
    a.signed, a.accepted, a.struck = kind != "unsigned", kind != "not-accepted", kind == "edited"
    if kind == "no-users":
        a.users = []
    elif kind == "generic":
        a.users[-1] = (rng.choice(["Front Desk", "Billing", "Reception"]), "office@example.org")
    elif kind == "duplicate":
        a.users.append(a.users[0])
    r = Request("portal", provider=provider, request_date=a.date, signed=a.signed, code=no, warning=ask)
    t = _open(rng, s, provider, r)
    t.add([portal.account_form(a, s.writer, rng)], 0)
    inbox.send(t)


def portal_notice(inbox, rng, s, kind):
    """workforce-late, workforce-in-time, workforce-undecided, address-private, address-public, incident, ending-soon, ending-fair."""
    provider = people.provider(rng)
    s = replace(s, received=s.received or moment(rng))
    got = s.received
    subject, _, how = kind.partition("-")
    written = got.date()
    when = {"late": got - dt.timedelta(hours=rng.randrange(75, 200)), "in": got - dt.timedelta(hours=rng.randrange(14, 40)), "undecided": dt.datetime.combine(got.date() - dt.timedelta(days=2), dt.time(12)),
            "soon": got + dt.timedelta(days=rng.randrange(5, 24)), "fair": got + dt.timedelta(days=rng.randrange(36, 70))}.get(how.split("-")[0], got - dt.timedelta(days=1))
    n = portal.Notice(provider, subject, written, when.replace(minute=0), subject == "workforce" and how != "undecided", f"{rng.choice(people.FIRST)} {rng.choice(people.LAST)}",
                      f"192.168.{rng.randrange(0, 9)}.{rng.randrange(2, 250)}" if how == "private" else f"198.51.100.{rng.randrange(2, 250)}")
    warning = {"workforce-late": "workforce-notice-late", "workforce-undecided": "workforce-notice-undecided", "address-private": "ip-address-private", "incident": "incident-reported", "ending-soon": "termination-under-30-days"}.get(kind, "")
    r = Request("portal", provider=provider, request_date=written, warning=warning)
    t = _open(rng, s, provider, r)
    t.plain_name = True
    t.add([portal.notice(n, rng)], 0)
    inbox.send(t)


# --- files that nobody can read ---------------------------------------------------------------------------------------

def broken(inbox, name, data, code):
    inbox.files[name] = data
    r = Request("broken", code=code)
    r.groups = {"container": code}
    inbox.rows.append(row(r, name, "", inbox.roster))
