"""Puts facts, form, letter and attachments together into transmissions, and transmissions into an inbox with its truth."""

import datetime as dt
import pathlib
import random
from dataclasses import dataclass, field, replace

from . import containers, faxline, fonts, forms, hands, letters, people, truth, wordings
from .sheet import Sheet
from .truth import Request

RECEIVED = dt.date(2026, 11, 20)


@dataclass
class Transmission:
    """Pages in the order of transmission; each knows the requests it belongs to (none: cover, separator, junk)."""

    received: dt.datetime
    sender: people.Provider
    requests: list[Request] = field(default_factory=list)
    pages: list[tuple[Sheet, list[int]]] = field(default_factory=list)
    line: faxline.Line = field(default_factory=faxline.Line)
    container: str = "tiff-g4"
    options: dict = field(default_factory=dict)
    name: str = ""
    promised: int = 0  # pages that the header line speaks of, when more than came
    flipped: set[int] = field(default_factory=set)  # pages fed upside down, beside the line's own habit
    resolutions: dict[int, str] = field(default_factory=dict)  # pages sent at another resolution
    plain_name: bool = False  # the receive time must stand in the file name
    blackened: bool = False

    def add(self, sheets, *owners: int):
        self.pages += [(sheet, list(owners)) for sheet in sheets]


# --- how offices write --------------------------------------------------------------------------------------------

def written_date(rng, day: dt.date, language="en", numeric=False) -> str:
    options = [f"{day.month}/{day.day}/{day.year}", day.strftime("%m/%d/%Y"), day.strftime("%m/%d/%Y"), day.strftime("%m-%d-%Y"), f"{day.month}/{day.day}/{day:%y}"]
    if not numeric and language == "en":
        options += [f"{wordings.MONTHS['en'][day.month - 1]} {day.day}, {day.year}", f"{day:%b} {day.day}, {day.year}", day.strftime("%d %b %Y"), day.strftime("%m.%d.%Y")]
    if not numeric and language == "es":
        options += [f"{day.day} de {wordings.MONTHS['es'][day.month - 1]} de {day.year}"] * 4
    return rng.choice(options)


def written_birth(rng, day: dt.date, numeric=False) -> str:
    options = [f"{day.month}/{day.day}/{day.year}", day.strftime("%m/%d/%Y"), day.strftime("%m/%d/%Y"), day.strftime("%m-%d-%Y")]
    return rng.choice(options if numeric else [*options, f"{day:%b} {day.day}, {day.year}"])


def written_phone(rng, digits: str) -> str:
    a, b, c = digits[:3], digits[3:6], digits[6:]
    return rng.choice([f"({a}) {b}-{c}", f"({a}) {b}-{c}", f"{a}-{b}-{c}", f"{a}.{b}.{c}", f"{a} {b}-{c}", f"({a}){b}-{c}"])


def written_list(rng, days) -> str:
    days = sorted(days)
    joiner = rng.choice([", ", ", ", "; ", "  ", " & "])
    form = rng.choice(["short", "long", "carried"])
    if form == "carried" and len({d.year for d in days}) == 1 and len(days) > 1:
        return ", ".join(f"{d.month}/{d.day}" for d in days[:-1]) + rng.choice([" & ", " and ", ", "]) + f"{days[-1].month}/{days[-1].day}/{days[-1]:%y}"
    return joiner.join(d.strftime("%m/%d/%Y") if form == "long" else f"{d.month}/{d.day}/{d:%y}" for d in days)


def missed_days(rng, kind: str, request_date: dt.date) -> list[dt.date]:
    """ok, few, span (no three within a year) or boundary (exactly twelve months)."""
    last = request_date - dt.timedelta(days=rng.randrange(4, 40))
    if kind == "few":
        return sorted(people.day(rng, last - dt.timedelta(days=200), last) for _ in range(rng.choice([1, 2])))
    if kind == "span":
        return [last - dt.timedelta(days=n) for n in (rng.randrange(430, 520), rng.randrange(60, 200), 0)]
    if kind == "boundary":
        if (last.month, last.day) == (2, 29):
            last -= dt.timedelta(days=1)
        return [last.replace(year=last.year - 1), last - dt.timedelta(days=rng.randrange(60, 250)), last]
    days: set[dt.date] = {last}
    count = rng.choice([3, 3, 3, 4, 5])
    while len(days) < count:
        days.add(people.day(rng, last - dt.timedelta(days=300), last - dt.timedelta(days=7)))
    return sorted(days)


def story(rng, r: Request, language: str) -> str:
    """The narrative: a sentence or two for each reason, efforts when the facts say so, dates of the last months."""
    end = min(r.request_date or RECEIVED, RECEIVED) - dt.timedelta(days=5)
    d0, d1 = sorted(people.day(rng, end - dt.timedelta(days=120), end) for _ in range(2))
    d0, d1 = (f"{d.month}/{d.day}/{d:%y}" if rng.random() < 0.5 else d.strftime("%m/%d/%Y") for d in (d0, d1))
    if r.inappropriate:
        text = [rng.choice(wordings.INAPPROPRIATE[language])]
    else:
        text = [rng.choice(wordings.STORIES[language][reason]) for reason in r.reasons] or [rng.choice(wordings.NEUTRAL[language])]
    if r.efforts:
        text.append(rng.choice(wordings.EFFORTS[language]))
    return " ".join(text).format(d0=d0, d1=d1)


def typist(rng, digital=False) -> hands.Typed:
    family = rng.choice(fonts.MONO if rng.random() < 0.4 else fonts.PRINT)
    touching = not digital and rng.random() < 0.2
    return hands.Typed(rng, family, rng.uniform(9.2, 12.0), rng.uniform(1.0, 3.0) if touching else rng.uniform(-0.5, 0.5), rng.uniform(-3, 0) if touching else rng.uniform(0, 4))


def penman(rng) -> hands.ByHand:
    return hands.ByHand(rng, rng.choice(fonts.CLEAR_HANDS), rng.uniform(8.0, 10.8), rng.uniform(0.25, 1.0), rng.uniform(-0.06, 0.22), rng.choice([0, 20, 45]),
                        rng.uniform(0.5, 3.0) if rng.random() < 0.3 else 0.0, rng.uniform(-1, 5))


# --- one request ----------------------------------------------------------------------------------------------------

def facts(rng, provider, **fixed) -> Request:
    """A complete request; `fixed` sets what the case is about."""
    member = fixed.pop("member", None) or people.member(rng)
    r = Request(member=member, provider=provider, name_written=member.name, id_written=member.id, npi_written=provider.npi)
    r.request_date = people.day(rng, dt.date(2026, 11, 12), dt.date(2026, 11, 20))
    r.reasons = [rng.choice(wordings.REASONS)]
    if rng.random() < 0.12:
        r.reasons = rng.sample(wordings.REASONS, 2)
    letter_date = r.request_date - dt.timedelta(days=rng.randrange(0, 21))
    language = rng.choices(["en", "es", "hmn"], [72, 17, 11])[0]
    r.letter = letters.Letter("notice", language, [member], letter_date, guardian=(RECEIVED - member.dob).days < 17 * 365 and rng.random() < 0.6, show_id=rng.random() < 0.4,
                              show_dob=rng.random() < 0.3, last_first=rng.random() < 0.3)
    missed = fixed.pop("missed_kind", "ok")
    for key, value in fixed.items():
        setattr(r, key, value)
    if "failure-to-keep-appointments" in r.reasons:
        r.missed = fixed.get("missed") or missed_days(rng, missed, r.request_date)
        r.efforts = fixed.get("efforts", True)
    if "medication-agreement-violation" in r.reasons and "attachments" not in fixed:
        r.attachments = ["medication-agreement"]
    return r


def answers(rng, r: Request, style: forms.Style, numeric: bool) -> forms.Answers:
    m, p = r.member, r.provider
    combed = style.arrangement.startswith("comb")
    values = {
        "request_date": r.impossible_date or (written_date(rng, r.request_date, style.language, numeric or combed) if r.request_date else ""), "member_name": r.name_written, "member_id": r.id_written,
        "member_dob": written_birth(rng, m.dob, numeric or combed), "member_phone": written_phone(rng, m.phone), "member_address": f"{m.address}, {m.city}", "provider_name": p.name, "provider_npi": r.npi_written,
        "practice": p.practice, "provider_phone": written_phone(rng, p.phone), "provider_fax": written_phone(rng, p.fax), "contact": p.contact, "tin": p.tin,
    }
    if combed:
        values["member_dob"] = m.dob.strftime("%m/%d/%Y")
        if r.request_date and not r.impossible_date and style.date_place in ("first", "provider"):
            values["request_date"] = r.request_date.strftime("%m/%d/%Y")
    values |= dict.fromkeys(r.blanks, "") | dict.fromkeys(r.unreadable, hands.SCRAWL)
    under = ""
    if r.second_member:
        under = _two_members(rng, r, values, combed)
    r.absent = {column for column in ("member_phone", "provider_phone", "provider_fax") if column not in style.fields}
    check = ["letter"] * bool(r.letter) + ["agreement"] * ("medication-agreement" in r.attachments) + ["notes"] * bool({"chart-notes", "appointment-log"} & set(r.attachments))
    return forms.Answers(values, list(r.reasons), [written_date(rng, d, style.language, True) for d in r.missed], written_list(rng, r.missed), story(rng, r, style.language) if r.narrative else "", r.signed,
                         p.name, struck=r.struck, checklist=check, second_member=under)


def _two_members(rng, r: Request, values, combed) -> str:
    """Squeeze the second member into the first one's fields, or return a line to write under them."""
    one, two = r.member, r.second_member
    way = rng.choice(["first names", "both", "both", "under"])
    if combed and way == "both":
        way = "under"  # nobody writes two ids into nine cells
    if way == "under":
        return f"{two.name}   {two.id}   {two.dob.month}/{two.dob.day}/{two.dob.year}"
    if way == "first names":
        values["member_name"] = f"{one.first} {rng.choice(['and', '&'])} {two.first} {one.last}"
        return ""
    values["member_name"] = f"{one.name} {rng.choice(['and', '&', '/'])} {two.name}"
    values["member_id"] = f"{one.id} / {two.id}"
    values["member_dob"] = " / ".join(f"{m.dob.month}/{m.dob.day}/{m.dob:%y}" for m in (one, two))
    return ""


def documents(rng, r: Request, style: forms.Style, writer) -> list[Sheet]:
    """Form, letter and attachments of one request, in that order."""
    capitals = writer.by_hand and rng.random() < 0.25 or isinstance(writer, hands.Typed) and rng.random() < 0.15
    a = answers(rng, r, style, writer.by_hand)
    if capitals:
        a.values["member_name"] = a.values["member_name"].upper()
    if rng.random() < 0.12:
        a.plan_use_filled = style.plan_use != "none"
    r.groups |= {"layout": style.name + ("-es" if style.language == "es" else ""), "hand": "hand" if writer.by_hand else "typed", "marks": style.mark}
    sheets = forms.draw(style, a, writer, rng)
    if r.letter:
        sheets.append(letters.draw_letter(r.letter, r.provider, r.reasons, rng))
    return sheets + attachments(rng, r)


def attachments(rng, r: Request) -> list[Sheet]:
    drawn = {"medication-agreement": lambda: letters.agreement(r.member, r.provider, r.request_date - dt.timedelta(days=rng.randrange(90, 500)), rng),
             "appointment-log": lambda: letters.appointment_log(r.member, r.provider, r.missed, rng, r.efforts),
             "chart-notes": lambda: letters.chart_notes(r.member, r.provider, r.request_date - dt.timedelta(days=rng.randrange(10, 90)), rng),
             "proof-of-mailing": lambda: letters.mailing_slip(r.member, rng)}
    return [drawn[kind]() for kind in r.attachments]


# --- files ----------------------------------------------------------------------------------------------------------

TIFFS = ["tiff-g4", "tiff-g4", "tiff-g3", "tiff-g32d", "tiff-g4-lsb", "tiff-g3-lsb", "tiff-g4-black0", "tiff-lzw", "tiff-deflate", "tiff-packbits", "tiff-jpeg"]
PDFS = ["pdf-g4", "pdf-g4", "pdf-g3", "pdf-jpeg", "pdf-jpx", "pdf-flate"]


def encode(t: Transmission, rng) -> bytes:
    kind = t.container
    if kind.startswith("pdf-text") or kind.startswith("pdf-form"):
        return containers.digital_pdf([sheet for sheet, _ in t.pages], appearances=kind != "pdf-form-bare")
    scans, total = [], t.promised or len(t.pages)
    for number, (sheet, _) in enumerate(t.pages, 1):
        line = replace(t.line, resolution=t.resolutions.get(number, t.line.resolution), upside_down="paper" if number in t.flipped else t.line.upside_down)
        header = ""
        if line.header is not None:
            header = faxline.HEADERS[line.header](t.received - dt.timedelta(minutes=2), t.sender.practice, t.sender.fax, number, total)
        image = faxline.transmit(sheet.raster(), line, rng, header)
        if t.blackened:
            image = image.point(lambda v: 0)
        across, down, _ = faxline.RESOLUTIONS[line.resolution]
        scans.append(containers.Scan(image, across, down))
    family, _, rest = kind.partition("-")
    if family == "tiff":
        how, *marks = rest.split("-")
        return containers.tiff(scans, how, photometric=1 if "black0" in marks else 0, fill_order=2 if "lsb" in marks else 1, rows_a_strip=t.options.get("rows_a_strip", 0), **{k: v for k, v in t.options.items() if k != "rows_a_strip"})
    if family == "pdf":
        return containers.pdf_of_scans(scans, rest, **t.options)
    return containers.png(scans[0]) if family == "png" else containers.jpeg(scans[0], **t.options)


def page_runs(numbers: list[int]) -> str:
    runs: list[list[int]] = []
    for n in sorted(numbers):
        if runs and n == runs[-1][1] + 1:
            runs[-1][1] = n
        else:
            runs.append([n, n])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)


def file_name(t: Transmission, rng, serial: int) -> str:
    ext = {"tiff": "tif", "pdf": "pdf", "png": "png", "jpeg": "jpg"}[t.container.split("-")[0]]
    style = 0.0 if t.plain_name else rng.random()
    if style < 0.75:
        return f"{t.received:%Y%m%d%H%M%S}_{t.sender.fax}_{serial:04d}.{ext}"
    if style < 0.9:
        return f"fax{serial:09d}.{ext}"
    return f"ct{t.sender.fax}-{t.received:%Y%m%d%H%M%S}{rng.randrange(100, 999)}-{serial}-1_{t.received:%m%d%Y} {t.received.hour % 12 or 12}{t.received:%M} {t.received:%p}_1{t.sender.fax}_18314305857_{t.promised or len(t.pages)}.{ext}"


@dataclass
class Inbox:
    """Collects transmissions; `save` writes the files, the truth and the roster."""

    rng: random.Random
    files: dict[str, bytes] = field(default_factory=dict)
    rows: list[dict] = field(default_factory=list)
    roster: dict[str, dict] = field(default_factory=dict)
    notes: list[tuple[str, str]] = field(default_factory=list)  # file, what it shows

    def enrol(self, member, provider, **other):
        self.roster[member.id] = {"member_id": member.id, "member_name": member.name, "member_dob": member.dob.isoformat(), "pcp_npi": provider.npi, "pcp_name": provider.name} | other

    def fill_roster(self, count):
        for _ in range(count):
            self.enrol(people.member(self.rng), people.provider(self.rng))

    def send(self, t: Transmission):
        t.name = t.name or file_name(t, self.rng, len(self.files) + 101)
        self.files[t.name] = encode(t, self.rng)
        for index, request in enumerate(t.requests):
            request.groups |= {"resolution": "digital" if "pdf-text" in t.container or "pdf-form" in t.container else t.line.resolution, "container": t.container}
            request.groups.setdefault("lines", "bad" if t.line.speckle > 3e-4 else "ordinary")
            pages = page_runs([n for n, (_, owners) in enumerate(t.pages, 1) if index in owners])
            self.rows.append(truth.row(request, t.name, pages, self.roster))

    def save(self, folder: pathlib.Path, inbox="inbox"):
        (folder / inbox).mkdir(parents=True, exist_ok=True)
        for stale in (folder / inbox).iterdir():
            stale.unlink()
        for name, data in self.files.items():
            (folder / inbox / name).write_bytes(data)
        self.rows.sort(key=lambda row: (row["source_file"], [int(n) for n in row["pages"].replace("-", ",").split(",") if n]))
        truth.write(folder / "truth.csv", self.rows, truth.COLUMNS + truth.GROUPS)
        truth.write(folder / "roster.csv", sorted(self.roster.values(), key=lambda m: m["member_id"]), ["member_id", "member_name", "member_dob", "pcp_npi", "pcp_name"])


def moment(rng) -> dt.datetime:
    return dt.datetime.combine(RECEIVED, dt.time(6)) + dt.timedelta(seconds=rng.randrange(15 * 3600))
