"""What a perfect reader would put in the queue: the contract's codes and statuses, worked out from the facts and not
from the pictures. One `Request` is one row."""

import csv
import datetime as dt
import re
import unicodedata
from dataclasses import dataclass, field

from .letters import Letter
from .people import Member, Provider, npi_is_sound

COLUMNS = """source_file pages status priority deficiencies warnings member_name member_id member_dob member_phone provider_name provider_npi provider_phone provider_fax
request_date reasons missed_appointments narrative signature letter letter_date letter_language attachments duplicate_of""".split()
GROUPS = "layout resolution container hand lines marks".split()
ATTACHMENTS = ["medication-agreement", "appointment-log", "chart-notes", "proof-of-mailing"]
AS_OF = dt.date(2026, 11, 21)


@dataclass
class Request:
    """The facts behind one row. `kind`: form, letter-only, other-plan, junk, portal, broken."""

    kind: str = "form"
    member: Member | None = None
    provider: Provider | None = None
    name_written: str = ""
    id_written: str = ""
    npi_written: str = ""
    request_date: dt.date | None = None
    impossible_date: str = ""
    reasons: list[str] = field(default_factory=list)
    missed: list[dt.date] = field(default_factory=list)
    narrative: bool = True
    inappropriate: bool = False
    efforts: bool = False
    signed: bool = True
    blanks: set[str] = field(default_factory=set)
    unreadable: set[str] = field(default_factory=set)  # scrawled: ink, but no value
    absent: set[str] = field(default_factory=set)  # fields that this edition of the form does not have
    struck: str = ""  # a reason marked and taken back
    second_member: Member | None = None
    letter: Letter | None = None
    attachments: list[str] = field(default_factory=list)
    pages_missing: bool = False
    uncertain: bool = False  # no reader could settle a required field: a person must look
    duplicate_of: str = ""
    code: str = ""  # broken and portal rows: the deficiencies and warnings as decided by the case
    warning: str = ""
    groups: dict[str, str] = field(default_factory=dict)


def same_name(a: str, b: str) -> bool:
    def fold(text):
        plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
        return sorted(re.findall(r"[a-z]+", plain))
    return fold(a) == fold(b)


def is_cin(text: str) -> bool:
    return re.fullmatch(r"9[0-9]{7}[ACDEFGHMNTUVWXYZ]", text) is not None


def looks_like_ssn(text: str) -> bool:
    return re.fullmatch(r"[0-9]{3}-?[0-9]{2}-?[0-9]{4}", text) is not None


def _twelve_months_after(day: dt.date) -> dt.date:
    leap = day.month == 2 and day.day == 29
    return dt.date(day.year + 1, day.month, 28 if leap else day.day)


def _appointments(dates) -> str:
    """too-few, span, boundary or "": some three distinct dates d1 <= d2 <= d3 with d3 < d1 + 12 months."""
    days = sorted(set(dates))
    if len(days) < 3:
        return "too-few"
    gaps = [(last, _twelve_months_after(first)) for first, last in zip(days, days[2:])]
    if any(last < limit for last, limit in gaps):
        return ""
    return "boundary" if any(last == limit for last, limit in gaps) else "span"


def _judge_form(r: Request, roster: dict) -> tuple[list[str], list[str]]:
    no: list[str] = []
    ask: list[str] = []
    several = r.second_member is not None
    if several:
        no.append("multiple-members")
    for column, code in (("member_name", "member-name-missing"), ("member_id", "member-id-missing"), ("member_dob", "member-dob-missing")):
        if column in r.blanks and not several:
            no.append(code)
    no += [code for column, code in (("provider_name", "provider-name-missing"), ("provider_npi", "provider-npi-missing"), ("request_date", "request-date-missing")) if column in r.blanks]
    if r.impossible_date:
        no.append("request-date-invalid")
    if not r.signed:
        no.append("signature-missing")
    if not r.reasons:
        no.append("reason-missing")
    if not r.narrative:
        no.append("narrative-missing")
    kept = _appointments(r.missed) if "failure-to-keep-appointments" in r.reasons else ""
    if kept in ("too-few", "span"):
        no.append("missed-appointments-" + kept)
    if "failure-to-keep-appointments" in r.reasons and not r.efforts:
        no.append("contact-efforts-missing")
    letter = r.letter
    if letter is None:
        no.append("letter-missing")
    elif letter.kind == "unfilled":
        no.append("letter-unfilled")
    elif letter.kind == "warning":
        no.append("letter-only-warning")
    elif not several and r.member not in letter.members:
        no.append("letter-wrong-member")
    id_sound = "member_id" not in r.blanks and is_cin(r.id_written)
    npi_sound = "provider_npi" not in r.blanks and npi_is_sound(r.npi_written)
    listed = roster.get(r.id_written)
    if id_sound and not several:
        if listed is None:
            no.append("member-unknown")
        elif npi_sound and listed["pcp_npi"] != r.npi_written:
            no.append("member-not-linked")
    if letter and letter.kind in ("notice", "dismissal"):
        if letter.date is None:
            ask.append("letter-undated")
        elif r.request_date and "request_date" not in r.blanks and letter.date > r.request_date:
            ask.append("letter-after-request")
        if letter.kind == "dismissal":
            ask.append("letter-states-end-of-care")
    if "medication-agreement-violation" in r.reasons and "medication-agreement" not in r.attachments:
        ask.append("medication-agreement-missing")
    if r.inappropriate:
        ask.append("reason-inappropriate")
    if not several and "member_id" not in r.blanks and not is_cin(r.id_written):
        ask.append("member-id-looks-like-ssn" if looks_like_ssn(r.id_written) else "member-id-invalid")
    if "provider_npi" not in r.blanks and not npi_sound:
        ask.append("npi-invalid")
    if id_sound and not several and listed and "member_name" not in r.blanks and not same_name(listed["member_name"], r.name_written):
        ask.append("member-name-mismatch")
    if r.pages_missing:
        ask.append("pages-missing")
    if kept == "boundary":
        ask.append("missed-appointments-boundary")
    if r.request_date and "request_date" not in r.blanks and r.request_date > AS_OF:
        ask.append("request-date-future")
    return no, ask


def _shown(r: Request, column: str, value: str) -> str:
    return "" if column in r.blanks | r.unreadable | r.absent else value


def row(r: Request, source_file: str, pages: str, roster: dict) -> dict[str, str]:
    out = dict.fromkeys(COLUMNS + GROUPS, "") | {"source_file": source_file, "pages": pages, "duplicate_of": r.duplicate_of} | r.groups
    if r.kind in ("form", "letter-only"):
        letter = r.letter
        out["letter"] = "attached" if letter else "missing"
        if letter:
            out["letter_date"] = letter.date.isoformat() if letter.date else ""
            out["letter_language"] = letter.language
        out["attachments"] = ";".join(a for a in ATTACHMENTS if a in r.attachments)
    if r.kind == "form":
        no, ask = _judge_form(r, roster)
        provider, member = r.provider, r.member
        if r.second_member is None:
            out["member_name"] = _shown(r, "member_name", r.name_written)
            out["member_id"] = "" if looks_like_ssn(r.id_written) else _shown(r, "member_id", r.id_written)
            out["member_dob"] = _shown(r, "member_dob", member.dob.isoformat())
            out["member_phone"] = _shown(r, "member_phone", telephone(member.phone))
        out["provider_name"] = _shown(r, "provider_name", provider.name)
        out["provider_npi"] = _shown(r, "provider_npi", r.npi_written)
        out["provider_phone"] = _shown(r, "provider_phone", telephone(provider.phone))
        out["provider_fax"] = _shown(r, "provider_fax", telephone(provider.fax))
        out["request_date"] = r.request_date.isoformat() if r.request_date and "request_date" not in r.blanks and not r.impossible_date else ""
        out["reasons"] = ";".join(sorted(r.reasons))
        out["missed_appointments"] = ";".join(sorted({d.isoformat() for d in r.missed}))
        out["narrative"] = "present" if r.narrative else "blank"
        out["signature"] = "present" if r.signed else "blank"
    elif r.kind == "letter-only":
        no, ask = ["form-missing"], []
        out["member_name"] = r.member.name
        out["member_id"] = r.member.id if r.letter.show_id else ""
        out["member_dob"] = r.member.dob.isoformat() if r.letter.show_dob else ""
    elif r.kind == "portal":
        no, ask = [c for c in r.code.split(";") if c], [c for c in r.warning.split(";") if c]
        out["provider_name"] = _shown(r, "provider_name", r.provider.name)
        out["provider_npi"] = _shown(r, "provider_npi", r.provider.npi)
        out["request_date"] = r.request_date.isoformat() if r.request_date else ""
        out["signature"] = "present" if r.signed else "blank"
    else:
        no = {"other-plan": ["form-other-plan"], "junk": [], "broken": [r.code]}[r.kind]
        ask = ["no-request-found"] if r.kind == "junk" else []
    out["priority"] = "urgent" if "incident-reported" in ask else "normal"
    out["deficiencies"], out["warnings"] = ";".join(no), ";".join(ask)
    out["status"] = "unreadable" if r.kind == "broken" else "duplicate" if r.duplicate_of else "deficient" if no else "review" if ask or r.uncertain else "complete"
    return out


def telephone(digits: str) -> str:
    return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}"


def write(path, rows, columns):
    with open(path, "w", newline="", encoding="utf-8") as file:
        out = csv.DictWriter(file, columns, lineterminator="\n", extrasaction="ignore")
        out.writeheader()
        out.writerows(rows)
