"""The form "Request for Member Reassignment", composed from a Style: one style a plausible clinic or plan edition.

A Style says how labels stand to their values, how many columns, which marks, where the date goes. `wild_style`
composes one at random; EDITIONS are the fixed ones of the committed samples. `Answers` is what is written on it.
"""

from dataclasses import dataclass, field, replace

from . import fonts, hands, wordings
from .sheet import FormField, HEIGHT, WIDTH, Sheet, Zone

ARRANGEMENTS = ["cell", "table", "beside", "under", "above", "boxed", "comb", "comb-beside", "dotted"]
COMBED = {"member_id": "9", "provider_npi": "10", "member_dob": "2/2/4", "request_date": "2/2/4", "member_phone": "3-3-4", "provider_phone": "3-3-4", "provider_fax": "3-3-4"}


@dataclass
class Answers:
    """What the office wrote: an empty text is a blank."""

    values: dict[str, str]
    reasons: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    missed_line: str = ""
    narrative: str = ""
    signed: bool = True
    signature_name: str = ""
    struck: str = ""  # a reason ticked by mistake and crossed out
    checklist: list[str] = field(default_factory=list)
    plan_use_filled: bool = False
    second_member: str = ""  # another member's name and id written under the first


@dataclass
class Style:
    name: str
    language: str = "en"
    arrangement: str = "cell"
    columns: int = 2
    family: str = "arimo"
    heading_family: str = "arimo"
    label_size: float = 8.0
    label_bold: bool = False
    colon: bool = True
    row: float = 26.0
    gap: float = 3.0
    margin: float = 54.0
    title: str = wordings.TITLES["en"][0]
    subtitle: str = ""
    plan_place: str = "above"  # above, below, right, none
    centered: bool = False
    sections: str = "bar"  # bar, plain, none
    short_labels: bool = False
    labels: dict[str, str] = field(default_factory=dict)
    fields: list[str] = field(default_factory=list)
    date_place: str = "first"  # first, corner, signature, provider
    box: str = "square"
    box_after: bool = False
    reason_columns: int = 1
    reasons: dict[str, str] = field(default_factory=dict)
    reason_heading: str = wordings.REASON_HEADING["en"][0]
    missed: str = "line"
    missed_label: str = wordings.MISSED["en"][0]
    narrative: str = "box"
    narrative_label: str = wordings.NARRATIVE["en"][0]
    checklist: bool = False
    signature: str = "beside"  # beside, under, cell
    signature_label: str = "Provider signature"
    signed_date: bool = False
    printed_name: bool = False
    plan_use: str = "bottom"  # bottom, top, none
    comb_shape: str = "boxes"
    rule: float = 0.8
    mark: str = "cross"
    signature_kind: str = "loops"


def _labels(rng, language, keys, short):
    chosen = {key: rng.choice(wordings.LABELS[language][key]) for key in wordings.LABELS[language]}
    if short:
        chosen |= {key: rng.choice(options) for key, options in wordings.SHORT_LABELS[language].items() if key in keys}
    return chosen


def wild_style(rng, language="en", digital=False) -> Style:
    arrangement = rng.choice(["cell", "table", "beside", "under", "above", "boxed"] if digital else ARRANGEMENTS)
    columns = {"table": rng.choice([1, 2]), "comb": 2, "comb-beside": 1}.get(arrangement, rng.choice([1, 2, 2, 3]))
    if arrangement == "dotted":
        columns = rng.choice([1, 2])
    sections = rng.choice(["bar", "plain", "none", "none"])
    short = sections != "none" and rng.random() < 0.3
    member = ["member_name", "member_id", "member_dob", "member_phone"]
    provider = ["provider_name", "provider_npi", "provider_phone", "provider_fax"]
    if rng.random() < 0.4:
        member.insert(rng.randrange(1, 4), "member_address")
    if rng.random() < 0.5:
        provider.insert(rng.randrange(0, 3), "practice")
    if rng.random() < 0.5:
        provider.append("contact")
    if rng.random() < 0.2:
        provider.append("tin")
    if rng.random() < 0.3:
        tail = member[1:]
        rng.shuffle(tail)
        member = member[:1] + tail
    if rng.random() < 0.2:
        member.remove("member_phone")
    if rng.random() < 0.2:
        provider.remove(rng.choice(["provider_phone", "provider_fax"]))
    family, heading = rng.choice(fonts.PRINT), rng.choice(fonts.PRINT)
    date_place = rng.choice(["first", "first", "corner", "signature", "provider"])
    fields = (["request_date"] if date_place == "first" else []) + member + (["request_date"] if date_place == "provider" else []) + provider
    order = list(wordings.REASONS)
    if rng.random() < 0.6:
        rng.shuffle(order)
    per_row = {1: rng.uniform(20, 25), 2: rng.uniform(24, 32), 3: rng.uniform(25, 33)}[columns]
    if arrangement == "under":
        per_row += 6
    elif arrangement in ("above", "boxed", "comb", "cell"):
        per_row = max(per_row, 27)
    labels = _labels(rng, language, member + provider, short)
    if sections != "none" or date_place == "corner":
        pass
    elif labels["request_date"] == "Date":
        labels["request_date"] = "Date of request"
    return Style(
        name=f"{arrangement}-{columns}col", language=language, arrangement=arrangement, columns=columns, family=family, heading_family=heading,
        label_size=rng.uniform(7.0, 9.5) if columns < 3 else rng.uniform(6.5, 8), label_bold=rng.random() < 0.25, colon=rng.random() < 0.6, row=per_row, gap=rng.uniform(2, 5),
        margin=rng.uniform(36, 64), title=rng.choice(wordings.TITLES[language]), subtitle=rng.choice(wordings.SUBTITLES[language]), plan_place=rng.choice(["above", "below", "right", "none"]),
        centered=rng.random() < 0.4, sections=sections, short_labels=short, labels=labels, fields=fields, date_place=date_place,
        box=rng.choice(["square", "square"] if digital else ["square", "square", "circle", "bracket", "line"]), box_after=rng.random() < 0.12, reason_columns=rng.choice([1, 1, 2]),
        reasons={reason: rng.choice(wordings.REASON_LABELS[language][reason]) for reason in order}, reason_heading=rng.choice(wordings.REASON_HEADING[language]),
        missed=rng.choice(["line", "line", "table", "slots"]), missed_label=rng.choice(wordings.MISSED[language]), narrative=rng.choice(["box", "ruled", "open"]),
        narrative_label=rng.choice(wordings.NARRATIVE[language]), checklist=rng.random() < 0.4, signature=rng.choice(["beside", "under", "cell"]), signature_label=rng.choice(wordings.SIGNATURE[language]),
        signed_date=date_place == "signature" or rng.random() < 0.35, printed_name=rng.random() < 0.2, plan_use=rng.choice(["bottom", "bottom", "none", "top"]),
        comb_shape=rng.choice(["boxes", "teeth", "dashes"]), rule=rng.uniform(0.5, 1.3), mark=rng.choice(hands.MARKS), signature_kind=rng.choice(hands.SIGNATURES),
    )


class _Draft:
    """The drawing of one form: keeps the pen's place and turns the page when it is full."""

    def __init__(self, style: Style, answers: Answers, writer, rng):
        self.s, self.a, self.writer, self.rng = style, answers, writer, rng
        self.sheets = [Sheet()]
        self.y = 44.0
        self.left, self.right = style.margin, WIDTH - style.margin
        self.boxes = []

    sheet = property(lambda self: self.sheets[-1])
    width = property(lambda self: self.right - self.left)

    def room(self, height):
        if self.y + height > HEIGHT - 36:
            self.sheets.append(Sheet())
            self.y = 50.0
            self.sheet.text(self.left, self.y, f"{self.s.title} - {'page' if self.s.language == 'en' else 'página'} 2", self.s.family, 9, True)
            self.y += 18

    def label(self, key):
        text = self.s.labels[key]
        return text + ":" if self.s.colon and text[-1] not in ":?" else text

    def value(self, key):
        return self.a.values.get(key, "")

    # --- head -------------------------------------------------------------------------------------------------
    def head(self):
        s, sheet = self.s, self.sheet
        x, align = (WIDTH / 2, "center") if s.centered else (self.left, "left")
        plan = self.rng.choice([wordings.PLAN, wordings.PLAN.upper()])
        corner = s.date_place == "corner"
        if s.plan_place == "above":
            sheet.text(x, self.y, plan, s.heading_family, 11, True, align=align)
            self.y += 18
        size = min(17.0, 17.0 * (self.width - (150 if corner else 0)) / fonts.width(s.title, s.heading_family, True, 17))
        if corner and s.centered:
            x, align = self.left, "left"
        sheet.text(x, self.y + 4, s.title, s.heading_family, size, True, align=align)
        if s.plan_place == "right" and not corner and not s.centered:
            sheet.text(self.right, self.y - 16, plan, s.heading_family, 8.5, align="right")
        if corner:
            self.corner_date()
        self.y += 17
        if s.plan_place == "below":
            sheet.text(x, self.y, plan, s.family, 9.5, align=align)
            self.y += 13
        if s.subtitle:
            size = min(8.5, 8.5 * self.width / fonts.width(s.subtitle, s.family, False, 8.5))
            sheet.text(x, self.y, s.subtitle, s.family, size, align=align)
            self.y += 12
        if s.plan_use == "top":
            self.plan_use(compact=True)
        self.y += 4

    def corner_date(self):
        w, h = 118.0, 30.0
        x, y = self.right - w, self.y - 16
        self.sheet.rect(x, y, w, h, self.s.rule)
        self.sheet.text(x + 4, y + 9, self.label("request_date"), self.s.family, 7.5, self.s.label_bold)
        self.writer.write(self.sheet, Zone(x + 4, y + 9, w - 8, h - 10), self.value("request_date"), "request_date")

    # --- fields -----------------------------------------------------------------------------------------------
    def section(self, party):
        s = self.s
        if s.sections == "none":
            return
        heading = self.rng.choice(wordings.HEADINGS[s.language][party])
        self.room(40)
        if s.sections == "bar":
            self.sheet.rect(self.left, self.y, self.width, 14, 0.6, fill=self.rng.choice([205, 225, 235]))
            self.sheet.text(self.left + 5, self.y + 10.5, heading, s.heading_family, 9, True)
            self.y += 16
        else:
            self.sheet.text(self.left, self.y + 10, heading, s.heading_family, 10, True)
            self.y += 15

    def fields(self):
        s = self.s
        start = next(i for i, key in enumerate(s.fields) if key.startswith(("provider", "practice")))
        if s.sections == "none":
            self.grid(s.fields)
        else:
            before = [key for key in s.fields[:start] if key == "request_date" and s.date_place == "first"]
            if before:
                self.grid(before)
            self.section("member")
            self.grid([key for key in s.fields[:start] if key != "request_date"])
            self.y += 3
            self.section("provider")
            self.grid(s.fields[start:] + (["request_date"] if s.date_place == "provider" else []))
        self.y += 6

    def grid(self, keys):
        s = self.s
        columns = 1 if s.arrangement == "comb-beside" else s.columns
        gutter = 0 if s.arrangement in ("cell", "table") else 12
        for at in range(0, len(keys), columns):
            row = keys[at:at + columns]
            self.room(s.row)
            weights = [1.35 if key in ("member_name", "provider_name", "practice", "member_address") else 1.0 for key in row]
            if len(row) < columns and s.arrangement not in ("cell", "table"):
                weights += [1.0] * (columns - len(row))
            x = self.left
            for key, weight in zip(row, weights):
                w = (self.width - gutter * (len(weights) - 1)) * weight / sum(weights)
                getattr(self, "_" + {"comb-beside": "comb", "dotted": "beside"}.get(s.arrangement, s.arrangement))(key, Zone(x, self.y, w, s.row))
                x += w + gutter
            self.y += s.row + (0 if s.arrangement in ("cell", "table") else s.gap)

    def _print_label(self, x, y, key, room):
        s = self.s
        text = self.label(key)
        size = min(s.label_size, s.label_size * room / max(1, fonts.width(text, s.family, s.label_bold, s.label_size)))
        self.sheet.text(x, y, text, s.family, size, s.label_bold)
        return fonts.width(text, s.family, s.label_bold, size)

    def _cell(self, key, z):
        self.sheet.rect(z.x, z.y, z.w, z.h, self.s.rule)
        self._print_label(z.x + 3, z.y + self.s.label_size + 0.5, key, z.w - 6)
        top = self.s.label_size + 1.5
        self.writer.write(self.sheet, Zone(z.x + 2, z.y + top, z.w - 4, z.h - top), self.value(key), key)

    def _table(self, key, z):
        w = z.w * (0.34 if self.s.columns == 1 else 0.42)
        shade = 228 if self.s.sections == "bar" else None
        self.sheet.rect(z.x, z.y, w, z.h, self.s.rule, fill=shade)
        self.sheet.rect(z.x + w, z.y, z.w - w, z.h, self.s.rule)
        self._print_label(z.x + 4, z.y + z.h / 2 + 3, key, w - 7)
        self.writer.write(self.sheet, Zone(z.x + w + 1, z.y, z.w - w - 2, z.h), self.value(key), key)

    def _beside(self, key, z):
        base = z.y + z.h - 4
        used = self._print_label(z.x, base - 1, key, z.w * 0.62) + 4
        dash = (1.2, 2.2) if self.s.arrangement == "dotted" else None
        self.sheet.line(z.x + used, base, z.x + z.w, base, self.s.rule, dash=dash)
        self.writer.write(self.sheet, Zone(z.x + used, z.y, z.w - used, z.h - 4), self.value(key), key)

    def _under(self, key, z):
        base = z.y + z.h - self.s.label_size - 3
        self.sheet.line(z.x, base, z.x + z.w, base, self.s.rule)
        self._print_label(z.x + 1, base + self.s.label_size, key, z.w)
        self.writer.write(self.sheet, Zone(z.x, z.y, z.w, base - z.y), self.value(key), key)

    def _above(self, key, z):
        self._print_label(z.x, z.y + self.s.label_size, key, z.w)
        base = z.y + z.h - 2
        self.sheet.line(z.x, base, z.x + z.w, base, self.s.rule)
        top = self.s.label_size + 1
        self.writer.write(self.sheet, Zone(z.x, z.y + top, z.w, base - z.y - top), self.value(key), key)

    def _boxed(self, key, z):
        self._print_label(z.x, z.y + self.s.label_size, key, z.w)
        top = self.s.label_size + 2.5
        self.sheet.rect(z.x, z.y + top, z.w, z.h - top, self.s.rule)
        self.writer.write(self.sheet, Zone(z.x + 1, z.y + top, z.w - 2, z.h - top), self.value(key), key)

    def _comb(self, key, z):
        """Label above (or beside) a row of cells, one character each; fields that are not numbers get a line."""
        beside = self.s.arrangement == "comb-beside"
        if key not in COMBED:
            return self._beside(key, z) if beside else self._above(key, z)
        if beside:
            used = self._print_label(z.x, z.y + z.h - 7, key, 150) + 8
            used = max(used, 130)
            z = Zone(z.x + used, z.y + 1, z.w - used, z.h - 3)
        else:
            self._print_label(z.x, z.y + self.s.label_size, key, z.w)
            z = Zone(z.x, z.y + self.s.label_size + 2.5, z.w, z.h - self.s.label_size - 3)
        shape = COMBED[key]
        groups = [int(part) for part in shape.replace("/", "-").split("-")]
        gap, joiner = 9.0, "/" if "/" in shape else "-"
        step = min(17.0, (z.w - gap * (len(groups) - 1)) / sum(groups))
        chars = [c for c in self.value(key) if c.isalnum()]
        x, bottom, height = z.x, z.y + z.h, min(z.h, step * 1.35)
        for n, count in enumerate(groups):
            for i in range(count):
                cell = Zone(x, bottom - height, step, height)
                if self.s.comb_shape == "boxes":
                    self.sheet.rect(cell.x, cell.y, step, height, self.s.rule)
                elif self.s.comb_shape == "teeth":
                    self.sheet.line(cell.x, bottom, cell.x + step, bottom, self.s.rule)
                    self.sheet.line(cell.x, bottom, cell.x, bottom - height * 0.45, self.s.rule)
                    if i == count - 1:
                        self.sheet.line(cell.x + step, bottom, cell.x + step, bottom - height * 0.45, self.s.rule)
                else:
                    self.sheet.line(cell.x + 1.5, bottom, cell.x + step - 1.5, bottom, self.s.rule)
                if chars:
                    self.writer.char(self.sheet, cell, chars.pop(0))
                x += step
            if n < len(groups) - 1:
                self.sheet.text(x + gap / 2, bottom - height * 0.25, joiner, self.s.family, 9, align="center")
                x += gap

    # --- reasons ----------------------------------------------------------------------------------------------
    def heading(self, text, size=10.0):
        self.sheet.text(self.left, self.y + 9, text, self.s.heading_family, min(size, size * self.width / fonts.width(text, self.s.heading_family, True, size)), True)
        self.y += 15

    def check_box(self, x, baseline, size, ticked, name, circled=None, struck=None):
        """Draw the empty box, and its mark; returns the width that it takes."""
        s, sheet = self.s, self.sheet
        box = Zone(x, baseline - size + 1.5, size, size)
        if s.box == "square":
            sheet.rect(box.x, box.y, size, size, 0.9)
        elif s.box == "circle":
            sheet.oval(box.x, box.y, size, size, 0.9)
        elif s.box == "bracket":
            sheet.text(x, baseline, "[", s.family, size + 2)
            sheet.text(x + size + 2, baseline, "]", s.family, size + 2, align="right")
        else:
            box = Zone(x, baseline - size + 1, size * 1.9, size)
            sheet.line(x, baseline + 1.5, x + size * 1.9, baseline + 1.5, 0.8)
        if isinstance(self.writer, hands.Keyed):
            sheet.fields.append(FormField(name, box, bool(ticked)))
        elif ticked and s.mark != "circled":
            hands.mark(sheet, self.rng, box, s.mark if not struck else "cross")
        return box.w + (2 if s.box == "bracket" else 0)

    def reasons(self):
        s = self.s
        self.room(60)
        self.heading(s.reason_heading)
        size = min(s.label_size + 1, 9.5)
        step = max(13.5, size + 5)
        order = list(s.reasons.items())
        rows = -(-len(order) // s.reason_columns)
        self.room(rows * step + 8)
        top = self.y
        w = self.width / s.reason_columns
        for n, (reason, text) in enumerate(order):
            x, y = self.left + (n // rows) * w, top + (n % rows) * step + 10
            ticked = reason in self.a.reasons or reason == self.a.struck
            fit = min(size, size * (w - 34) / fonts.width(text, s.family, False, size))
            long = fonts.width(text, s.family, False, fit)
            if s.box_after:
                place = Zone(x + 4, y - fit, long, fit)
                self.sheet.text(x + 4, y, text, s.family, fit)
                used = self.check_box(x + w - 30, y, 9.5, ticked, reason, struck=reason == self.a.struck)
            else:
                used = self.check_box(x + 4, y, 9.5, ticked, reason, struck=reason == self.a.struck)
                place = Zone(x + 10 + used, y - fit, long, fit)
                self.sheet.text(place.x, y, text, s.family, fit)
            if ticked and s.mark == "circled" and reason != self.a.struck:
                hands.ring(self.sheet, self.rng, place)
            if reason == self.a.struck:
                hands.strike(self.sheet, self.rng, Zone(x, y - fit, place.x + long - x + 4, fit))
        self.y = top + rows * step + 8

    def missed(self):
        s, a = self.s, self.a
        if s.missed == "line":
            self.room(26)
            text = s.missed_label + (":" if s.colon else "")
            used = fonts.width(text, s.family, False, s.label_size + 0.5) + 5
            base = self.y + 16
            self.sheet.text(self.left, base - 1, text, s.family, s.label_size + 0.5)
            self.sheet.line(self.left + used, base, self.right, base, s.rule)
            self.writer.write(self.sheet, Zone(self.left + used, self.y - 4, self.width - used, 20), a.missed_line, "missed_appointments")
            self.y += 26
        elif s.missed == "slots":
            self.room(40)
            self.sheet.text(self.left, self.y + 9, s.missed_label, s.family, s.label_size + 0.5)
            w = self.width / 5
            for i in range(5):
                x, base = self.left + i * w, self.y + 31
                self.sheet.text(x, base - 1, f"{i + 1}.", s.family, s.label_size)
                self.sheet.line(x + 11, base, x + w - 6, base, s.rule)
                self.writer.write(self.sheet, Zone(x + 11, base - 19, w - 17, 19), a.missed[i] if i < len(a.missed) else "", f"missed_{i + 1}")
            self.y += 40
        else:
            rows = max(3, len(a.missed))
            self.room(16 + (rows + 1) * 17)
            self.sheet.text(self.left, self.y + 9, s.missed_label, s.family, s.label_size + 0.5, s.label_bold)
            self.y += 13
            words = ("No.", "Date of visit", "Type of visit") if s.language == "en" else ("No.", "Fecha", "Tipo de cita")
            edges = [self.left, self.left + 30, self.left + 150, self.right - 60]
            visits = [self.rng.choice(["follow-up", "well visit", "physical", "lab review"]) for _ in a.missed]
            for r in range(rows + 1):
                y = self.y + r * 17
                for c in range(3):
                    cell = Zone(edges[c], y, edges[c + 1] - edges[c], 17)
                    self.sheet.rect(cell.x, cell.y, cell.w, cell.h, s.rule)
                    if r == 0 or c == 0:
                        self.sheet.text(cell.x + 4, y + 12, words[c] if r == 0 else str(r), s.family, s.label_size, r == 0)
                    elif c == 1:
                        self.writer.write(self.sheet, cell, a.missed[r - 1] if r <= len(a.missed) else "", f"missed_{r}")
                    elif r <= len(a.missed):
                        self.writer.write(self.sheet, cell, visits[r - 1], f"visit_{r}")
            self.y += (rows + 1) * 17 + 6

    # --- narrative, checklist, signature ------------------------------------------------------------------------
    def narrative(self, below):
        s = self.s
        lines = hands.paragraph(self.writer, self.a.narrative, self.width - 12) if self.a.narrative else []
        leading = max(self.writer.leading, 15 if s.narrative == "ruled" else 0)
        least = max(3, len(lines)) * leading + 8
        self.room(16 + least)
        self.heading(s.narrative_label, 9.0)
        height = max(least, min(HEIGHT - 40 - self.y - below, 190))
        top = self.y
        if s.narrative == "box":
            self.sheet.rect(self.left, top, self.width, height, s.rule)
        elif s.narrative == "ruled":
            for r in range(1, int((height - 4) // leading) + 1):
                self.sheet.line(self.left, top + r * leading, self.right, top + r * leading, s.rule)
        if isinstance(self.writer, hands.Keyed):
            self.writer.write(self.sheet, Zone(self.left, top, self.width, height), self.a.narrative, "narrative", True)
        else:
            for r, line in enumerate(lines):
                self.writer.write(self.sheet, Zone(self.left + 2, top + r * leading + (0 if s.narrative == "ruled" else 3), self.width - 4, leading), line)
        self.y = top + height + 8

    def checklist(self):
        s = self.s
        self.room(30)
        heading = self.rng.choice(wordings.CHECKLIST_HEADING[s.language]) + ":"
        x, base = self.left, self.y + 10
        self.sheet.text(x, base, heading, s.family, s.label_size, True)
        x += fonts.width(heading, s.family, True, s.label_size) + 10
        mark, self.s = s.mark, replace(s, mark="cross" if s.mark == "circled" else s.mark)
        for name, texts in wordings.CHECKLIST[s.language]:
            text = self.rng.choice(texts)
            if x + fonts.width(text, s.family, False, s.label_size) + 20 > self.right:
                x, base = self.left + 12, base + 15
            x += self.check_box(x, base, 8.5, name in self.a.checklist, "attached_" + name) + 4
            self.sheet.text(x, base, text, s.family, s.label_size)
            x += fonts.width(text, s.family, False, s.label_size) + 16
        self.s = replace(self.s, mark=mark)
        self.y = base + 10

    def signature(self):
        s, a = self.s, self.a
        self.room(48)
        parts = [("signature", s.signature_label, 2.2)]
        if s.printed_name:
            parts.append(("printed", wordings.PRINTED[s.language], 1.6))
        if s.signed_date or s.date_place == "signature":
            key = "request_date" if s.date_place == "signature" else "signed_date"
            label = s.labels["request_date"] if s.date_place == "signature" and self.rng.random() < 0.5 else self.rng.choice(wordings.SIGNED_DATE[s.language])
            parts.append((key, label, 1.2))
        x, height = self.left, 38.0
        total = sum(weight for *_, weight in parts)
        spare = 0 if len(parts) > 1 else self.width * 0.25
        for key, label, weight in parts:
            w = (self.width - spare - 12 * (len(parts) - 1)) * weight / total
            label += ":" if s.colon and s.signature != "under" else ""
            size = min(s.label_size, s.label_size * w * 0.6 / fonts.width(label, s.family, s.label_bold, s.label_size))
            if s.signature == "cell":
                self.sheet.rect(x, self.y, w, height, s.rule)
                self.sheet.text(x + 3, self.y + size + 1, label, s.family, size, s.label_bold)
                zone = Zone(x + 3, self.y + size + 2, w - 6, height - size - 4)
            elif s.signature == "under":
                base = self.y + 27
                self.sheet.line(x, base, x + w, base, s.rule)
                self.sheet.text(x + 1, base + size + 1, label, s.family, size, s.label_bold)
                zone = Zone(x, self.y, w, 27)
            else:
                base = self.y + 30
                used = fonts.width(label, s.family, s.label_bold, size) + 5
                self.sheet.text(x, base - 1, label, s.family, size, s.label_bold)
                self.sheet.line(x + used, base, x + w, base, s.rule)
                zone = Zone(x + used, self.y + 4, w - used, 26)
            if key == "signature":
                if a.signed:
                    hands.signature(self.sheet, self.rng, zone, s.signature_kind, a.signature_name)
            else:
                value = a.values.get("request_date", "") if key != "printed" else (a.signature_name if a.signed else "")
                self.writer.write(self.sheet, Zone(zone.x, zone.y + zone.h - min(zone.h, 22), zone.w, min(zone.h, 22)), value, key)
            x += w + 12
        self.y += height + 8

    def plan_use(self, compact=False):
        s = self.s
        height = 34 if compact else 62
        if self.y + height > HEIGHT - 36:
            return  # no page of its own for the plan's part
        if not compact:
            self.y = max(self.y, min(self.y + 20, HEIGHT - 40 - height))
        x, y = self.left, self.y
        self.sheet.rect(x, y, self.width, height, 1.0, fill=240 if self.rng.random() < 0.3 else None)
        self.sheet.text(x + 5, y + 11, self.rng.choice(wordings.PLAN_USE[s.language]), s.heading_family, 8, True)
        line = [("Received", 58), ("Reviewed by", 70), ("Effective date", 62)]
        at = x + 5
        for words, blank in line:
            self.sheet.text(at, y + 27, words + ":", s.family, 7.5)
            at += fonts.width(words + ":", s.family, False, 7.5) + 3
            self.sheet.line(at, y + 28, at + blank, y + 28, 0.6)
            if self.a.plan_use_filled:
                filled = {"Received": "11/19/26", "Reviewed by": "J. Ota", "Effective date": "12/01/26"}[words]
                hands.ByHand(self.rng, "kalam", 7, 0.5).write(self.sheet, Zone(at, y + 13, blank, 15), filled)
            at += blank + 9
        if not compact:
            at = x + 5
            self.sheet.text(at, y + 47, "Medical Director:", s.family, 7.5)
            at += 70
            for n, words in enumerate(("Approve", "Defer", "Deny")):
                box = Zone(at, y + 40, 8, 8)
                self.sheet.rect(box.x, box.y, 8, 8, 0.8)
                if self.a.plan_use_filled and n == 1:
                    hands.mark(self.sheet, self.rng, box, "tick")
                self.sheet.text(at + 11, y + 47, words, s.family, 7.5)
                at += 62
        self.y += height + 6


def draw(style: Style, answers: Answers, writer, rng) -> list[Sheet]:
    """One sheet, or two when the form does not fit one page."""
    draft = _Draft(style, answers, writer, rng)
    draft.head()
    draft.fields()
    if answers.second_member:
        draft.writer.write(draft.sheet, Zone(draft.left, draft.y - 4, draft.width, 18), answers.second_member)
        draft.y += 16
    draft.reasons()
    draft.missed()
    below = 52 + (30 if style.checklist else 0) + (76 if style.plan_use == "bottom" else 0)
    draft.narrative(below)
    if style.checklist:
        draft.checklist()
    draft.signature()
    if style.plan_use == "bottom":
        draft.plan_use()
    return draft.sheets


def _edition(name, language="en", wording=0, **choices) -> Style:
    """A fixed edition: the wording number picks labels, title and reasons from the lists."""
    def pick(options):
        return options[wording % len(options)]

    short = choices.pop("short", False)
    labels = {key: pick(options) for key, options in wordings.LABELS[language].items()}
    if short:
        labels |= {key: pick(options) for key, options in wordings.SHORT_LABELS[language].items()}
    if labels["request_date"] == "Date":
        labels["request_date"] = "Date of request"
    return Style(name, language, labels=labels, title=pick(wordings.TITLES[language]), subtitle=pick(wordings.SUBTITLES[language]), reasons={r: pick(wordings.REASON_LABELS[language][r]) for r in choices.pop("order", wordings.REASONS)},
                 reason_heading=pick(wordings.REASON_HEADING[language]), missed_label=pick(wordings.MISSED[language]), narrative_label=pick(wordings.NARRATIVE[language]), signature_label=pick(wordings.SIGNATURE[language]), **choices)


_MEMBER = ["member_name", "member_id", "member_dob", "member_phone"]
_PROVIDER = ["provider_name", "provider_npi", "provider_phone", "provider_fax"]
_BACKWARDS = list(reversed(wordings.REASONS))

# The editions that the committed inbox shows, one for each way of putting a label to its value.
EDITIONS = {
    "table": _edition("table", wording=0, arrangement="table", columns=1, row=22, family="carlito", heading_family="carlito", label_size=9.5, sections="bar", fields=["request_date", *_MEMBER, "practice", *_PROVIDER], narrative="box", missed="table"),
    "cells": _edition("cells", wording=1, arrangement="cell", columns=2, row=30, family="pt-sans", heading_family="pt-serif", sections="none", centered=True, fields=["request_date", "member_name", "member_id", "member_dob", "member_address", "member_phone", *_PROVIDER],
                      box="circle", mark="tick", signature="cell", signed_date=True, narrative="ruled", plan_use="top", reason_columns=2),
    "underlines": _edition("underlines", wording=2, arrangement="beside", columns=2, row=24, family="tinos", heading_family="tinos", label_size=9.5, fields=["request_date", *_MEMBER, *_PROVIDER, "contact"], sections="plain", box="line", mark="thick", narrative="ruled", order=_BACKWARDS),
    "label-below": _edition("label-below", wording=3, arrangement="under", columns=3, row=36, family="lato", heading_family="lato", label_size=7.5, colon=False, fields=[*_MEMBER, "practice", *_PROVIDER], date_place="signature", sections="bar", box="bracket", mark="outside",
                            signature="under", signed_date=True, narrative="open", missed="slots", checklist=True),
    "combs": _edition("combs", wording=4, arrangement="comb", columns=2, row=34, gap=5, family="noto-sans", heading_family="noto-sans", fields=["request_date", *_MEMBER, *_PROVIDER], sections="plain", mark="cross", signature="under", plan_place="right", missed="slots"),
    "one-a-row": _edition("one-a-row", wording=5, arrangement="dotted", columns=1, row=21, family="caladea", heading_family="caladea", label_size=9.5, fields=["member_name", "member_dob", "member_id", "member_phone", "request_date", *_PROVIDER], date_place="provider", sections="plain",
                          short=True, box_after=True, mark="tick", plan_use="none", signature="beside", printed_name=True),
    "boxes": _edition("boxes", wording=6, arrangement="boxed", columns=3, row=34, family="ibm-plex-sans", heading_family="ibm-plex-sans", label_size=7.5, fields=[*_MEMBER, "member_address", *_PROVIDER, "tin"], date_place="corner", sections="none", box="square", mark="scribble",
                      reason_columns=2, signature="cell", order=_BACKWARDS, checklist=True),
    "spanish": _edition("spanish", "es", 0, arrangement="above", columns=2, row=31, family="merriweather", heading_family="merriweather", label_size=7.5, fields=["request_date", *_MEMBER, *_PROVIDER], sections="plain", mark="fill", signature="beside", centered=True),
    "spanish-table": _edition("spanish-table", "es", 1, arrangement="table", columns=2, row=24, family="open-sans", heading_family="open-sans", fields=["request_date", *_MEMBER, *_PROVIDER], sections="none", box="circle", mark="dot", missed="table"),
}
