"""The inbox that is committed under samples/: each line of NIGHT is one story with its edition, hand, line and
container fixed, so that every status, the main codes, all containers and three languages are there."""

import datetime as dt
import random
from dataclasses import replace

from . import containers, faxline, fonts, forms, hands, people, stories
from .cases import RECEIVED, Inbox, documents, facts
from .faxline import Line
from .letters import junk as advert
from .stories import Setting

TYPED, PEN, KEYED = "typed", "pen", "keyed"
CLEAN = Line(header=0, rough=5)
FINE = Line(skew=0.4, speckle=3e-5, header=1, rough=7)
COARSE = Line("204x98", skew=-0.3, speckle=3e-5, header=2, rough=6)
SUPERFINE = Line("204x391", skew=0.5, header=3, rough=6)
SCANNER = Line("200x200", skew=-0.5, rough=5)
BAD = Line(skew=-1.7, speckle=7e-4, dropouts=6, streaks=1, weight=0.3, rough=18, header=4)
TURNED = Line(skew=0.3, speckle=2e-5, upside_down="paper", header=5, rough=6)


def _setting(rng, edition, hand, line, container, hour, options, cover, name):
    writer = {TYPED: lambda: hands.Typed(rng, rng.choice(fonts.MONO + fonts.PRINT), 10.5), KEYED: hands.Keyed,
              PEN: lambda: hands.ByHand(rng, rng.choice(["patrick-hand", "kalam", "architects-daughter", "handlee"]), 9.5, 0.5, 0.08)}[hand]()
    received = dt.datetime.combine(RECEIVED, dt.time(hour // 60, hour % 60))
    style = forms.EDITIONS[edition]
    return Setting(lambda: replace(style, signature_kind=rng.choice(hands.SIGNATURES)), writer, line, container, options, received, name, cover)


def night(inbox: Inbox):
    rng = inbox.rng
    clock = [6 * 60]

    def hear(shown, story, *args, edition="table", hand=TYPED, line=CLEAN, container="tiff-g4", options=None, cover=False, name="", again=None, **fixed):
        """Play one story; `shown` is its line in samples/README.md."""
        clock[0] += 17
        s = _setting(rng, edition, hand, line, container, clock[0], options or {}, cover, name)
        if again:
            args = (Setting(s.style, s.writer, again, container, dict(s.options)), *args)
        before = list(inbox.files)
        story(inbox, rng, s, *args, **fixed)
        inbox.notes += [(new, shown) for new in inbox.files if new not in before]

    hear("clean, standard resolution, G3 1-D", stories.letter_in, "en", line=COARSE, container="tiff-g3")
    hear("Spanish form and letter, G3 2-D", stories.letter_in, "es", edition="spanish", line=FINE, container="tiff-g32d")
    hear("Hmong letter, G4 with the bits of each byte reversed (FillOrder 2)", stories.letter_in, "hmn", edition="cells", line=FINE, container="tiff-g4-lsb")
    hear("combs filled in by hand, G4 in strips, photometric 1", stories.letter_in, "en", edition="combs", hand=PEN, container="tiff-g4-black0", options={"rows_a_strip": 128}, guardian=False)
    hear("three children of one family: three forms, then three letters; cover sheet", stories.family, 3, "forms-first", edition="boxes", line=FINE, container="pdf-g4", cover=True)
    hear("three forms and two letters: one child has none", stories.family, 3, "reversed-letters", 1, edition="underlines", line=COARSE, container="pdf-g3")
    hear("twins, with a blank page between their requests", stories.family, 2, "together", None, True, True, edition="cells", line=COARSE, container="tiff-g3-lsb")
    hear("the letter names somebody else, LZW", stories.wrong_letter, edition="underlines", line=COARSE, container="tiff-lzw")
    hear("only a missed-appointment warning, Deflate", stories.letter_kind, "warning", edition="label-below", line=COARSE, container="tiff-deflate")
    hear("letter template with its blanks, PackBits", stories.letter_kind, "unfilled", edition="boxes", line=COARSE, container="tiff-packbits")
    hear("two missed appointments and no word of reminders, big-endian G4", stories.appointments, "few", False, edition="table", hand=PEN, line=FINE, options={"big_endian": True})
    hear("missed appointments exactly twelve months apart, JPEG in PDF", stories.appointments, "boundary", edition="underlines", line=COARSE, container="pdf-jpeg")
    hear("three missed appointments, no three within a year; log attached, JPX in PDF", stories.appointments, "span", True, True, edition="label-below", line=COARSE, container="pdf-jpx")
    hear("medication agreement and mailing slip attached, JBIG2 in PDF", stories.agreement, True, True, edition="cells", line=COARSE, container="pdf-jbig2")
    hear("medication agreement said to be broken, no copy; 391 lines an inch", stories.agreement, False, edition="one-a-row", line=SUPERFINE, container="tiff-g4")
    hear("digital PDF with text; the narrative speaks of a complaint or disagreement", stories.inappropriate, edition="boxes", container="pdf-text")
    hear("digital PDF with form fields", stories.letter_in, "en", edition="table", hand=KEYED, container="pdf-form")
    hear("form fields without appearance streams; another PCP on the roster", stories.not_linked, edition="boxes", hand=KEYED, container="pdf-form-bare")
    hear("encrypted with the empty password: readable; NPI fails its check digit", stories.bad_npi, edition="underlines", line=SCANNER, container="pdf-flate", options={"password": ""})
    hear("PDF page stored sideways with /Rotate 90 and UserUnit; letter without a date", stories.undated, edition="table", line=FINE, container="pdf-g32d", options={"rotate": 90, "user_unit": 2.0})
    hear("whole stack fed upside down, header line upright; no signature", stories.unsigned, edition="label-below", line=TURNED)
    hear("bad line: skew, specks, lost rows, a streak; member id left blank", stories.blank, "member_id", edition="table", line=BAD)
    hear("sideways in the file with Orientation 8; no narrative", stories.no_narrative, edition="spanish-table", line=FINE, options={"orientation": 8})
    hear("no resolution in the file; letter that ends care on a day", stories.letter_kind, "dismissal", edition="one-a-row", line=FINE, options={"resolution": "none"})
    hear("absurd resolution in the file; no reason marked", stories.no_reason, edition="combs", line=COARSE, options={"resolution": "absurd"})
    hear("a social security number where the member id belongs; resolution in centimetres", stories.bad_id, "ssn", edition="label-below", hand=PEN, line=FINE, options={"resolution": "cm"})
    hear("two members on one form", stories.two_members, edition="one-a-row", line=FINE)
    hear("id that the roster does not know; two-column letter, English and Spanish", stories.unknown, edition="spanish", line=FINE, language="es", two_columns=True, guardian=False)
    hear("header counts more pages than came", stories.pages_missing, edition="underlines", line=FINE)
    hear("a birth date that nobody can read", stories.scrawled, edition="cells", hand=PEN, line=FINE)
    hear("the reason is circled, no box is marked", stories.circled, edition="table", line=FINE)
    hear("first copy, and the same papers through the machine again", stories.resent, edition="one-a-row", line=FINE, again=replace(COARSE, skew=0.9, header=0))
    hear("sent without the letter, then again with it", stories.cured, edition="boxes", line=COARSE, again=replace(COARSE, skew=0.6, header=2))
    hear("only a letter in Spanish, as a photograph with EXIF orientation 6", stories.letter_only, "es", line=Line("200x200", skew=0.8), container="jpeg", options={"orientation": 6})
    hear("one page as PNG: a form without letter", stories.no_letter, edition="cells", line=SCANNER, container="png")
    hear("another plan's form", stories.other_plan, line=COARSE)
    hear("an advertisement, JPEG in TIFF", stories.junk, line=Line("204x98"), container="tiff-jpeg")
    hear("cover sheet names another member", stories.stranger_on_cover, edition="underlines", line=COARSE, container="tiff-g3")
    hear("portal account request, complete", stories.account, "fine", line=FINE)
    hear("portal account for \"Front Desk\" or the like", stories.account, "generic", line=COARSE, container="pdf-g4")
    hear("portal notice: a user left more than 48 hours ago", stories.portal_notice, "workforce-late", line=COARSE)
    hear("portal notice: a privacy incident, urgent", stories.portal_notice, "incident", line=FINE, container="pdf-text")

    page = faxline.transmit(advert(rng).raster(), replace(COARSE, header=None), rng)
    scan = containers.Scan(page, 204, 98)
    for name, data, code, shown in (
        ("20261120180101_8315550199_0901.pdf", containers.pdf_of_scans([scan], "g4", password="alliance"), "file-encrypted", "needs a password"),
        ("20261120180202_8315550199_0902.tif", b"PK\x03\x04 not a fax at all\n" * 8, "file-unsupported", "a zip archive's first bytes under the name of a TIFF"),
        ("20261120180303_8315550199_0903.tif", b"", "file-empty", "no bytes"),
        ("20261120180404_8315550199_0904.tif", _cut(rng), "file-corrupt", "TIFF cut off before its directory"),
        ("20261120180505_8315550199_0905.tif", containers.tiff([containers.Scan(page.point(lambda v: 0), 204, 98)], "g4"), "page-illegible", "one page, black from edge to edge"),
    ):
        stories.broken(inbox, name, data, code)
        inbox.notes.append((name, shown))
    inbox.fill_roster(12)


def _cut(rng) -> bytes:
    """A call that broke off: the directory of the TIFF, which stands behind the pixels, never came."""
    provider = people.provider(rng)
    r = facts(rng, provider)
    sheet = documents(rng, r, forms.EDITIONS["cells"], hands.Typed(rng, "cousine", 10.5))[0]
    scan = containers.Scan(faxline.transmit(sheet.raster(), COARSE, rng), 204, 98)
    whole = containers.tiff([scan], "g4")
    return whole[:len(whole) * 6 // 10]


def inbox(seed: int) -> Inbox:
    made = Inbox(random.Random(seed))
    night(made)
    return made
