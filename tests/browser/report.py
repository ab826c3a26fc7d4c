"""The report as a reviewer uses it, in Chromium. Faxes are made up: only builds with debug assertions can read them."""

import csv
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import time
import traceback
import zlib

from playwright.sync_api import sync_playwright

PROGRAM = sys.argv[1]
HERE = pathlib.Path(__file__).resolve().parent
DOCS = HERE.parent.parent / "docs"
CHROMIUM = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]
RECEIVED = 1_795_000_000
LETTER = "pages=2\n1 form\n2 letter\n"


class Night:
    """An inbox and the run that was made of it."""

    def __init__(self, place, faxes):
        self.place = pathlib.Path(place)
        self.inbox = self.place / "inbox"
        self.run = self.place / "run"
        self.inbox.mkdir(parents=True)
        for name, text in faxes.items():
            path = self.inbox / name
            path.write_text(text)
            os.utime(path, (RECEIVED, RECEIVED))

    def read(self, *options):
        made_up = ["--made-up", "--no-second-reader", "--as-of", "2026-11-21"]
        done = subprocess.run([PROGRAM, "run", self.inbox, "--out", self.run, *made_up, *options], capture_output=True, text=True)
        assert done.returncode in (0, 1), done.stderr
        return self

    def apply(self, corrections, out):
        return subprocess.run([PROGRAM, "apply", self.run, corrections, "--by", "K. Lee", "--out", out], capture_output=True, text=True)


def rows(run):
    with open(pathlib.Path(run) / "queue.csv", encoding="utf-8-sig", newline="") as file:
        return {row["source_file"]: row for row in csv.DictReader(file)}


def small_night(place):
    return Night(place, {
        "20261120062000_4085559915_0101.fax": f"{LETTER}1 value member_name Ana Cruz\n2 letter Ana Cruz",
        "20261120063400_2095553848_0102.fax": f"{LETTER}1 unreadable member_id\n1 value member_name Mia Holt\n2 letter Mia Holt\n1 unsure member_dob\n1 value provider_name Castroville Pediatrics",
        "20261120070800_8315551352_0103.fax": f"{LETTER}1 value member_id 92345678C\n1 value member_name Leo Park\n2 letter Leo Park\n1 blank signature",
        "20261120072500_4085555946_0104.fax": "pages=1\n1 form\n1 value member_id 93456789D\n1 value provider_name <script>alert(1)</script>\n1 value member_phone =cmd()",
        "20261120074200_4085556832_0105.fax": f"{LETTER}1 value member_id 94567891E\n1 value member_name Rosa Vega\n2 letter Rosa Vega\n1 smudge member-fraud",
        "20261120075900_4085556214_0106.fax": f"{LETTER}1 value member_name Ana Cruz\n2 letter Ana Cruz\n1 value request_date 2026-11-10",
        "20261120081600_8315559372_0107.fax": "MZ",
    })


def large_night(place):
    faxes = {}
    for n in range(500):
        digits = "".join(str((n // 7**k + k) % 10) for k in range(7))
        spoilt = ["", "1 blank signature", "1 unreadable member_dob", "1 unsure provider_npi", ""][n % 5]
        faxes[f"{n:04}.fax"] = f"pages=1\n1 form\n1 value member_id 9{digits}A\n1 value member_name Person{n} Of{n % 83}\n1 value provider_name Office {n % 40}\n{spoilt}"
    return Night(place, faxes)


class Reviewer:
    """A browser on a report, with everything that it complains of or asks the world for."""

    def __init__(self, playwright, profile, scheme="light", size=(1600, 1000)):
        self.context = playwright.chromium.launch_persistent_context(
            profile, executable_path="/usr/bin/chromium", headless=True, args=CHROMIUM, chromium_sandbox=False,
            viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, accept_downloads=True, reduced_motion="reduce",
            permissions=["clipboard-read", "clipboard-write"],
        )
        self.complaints, self.outside = [], []
        self.page = self.context.new_page()
        self.page.on("console", lambda message: self.complaints.append(message.text) if message.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.complaints.append("a dialog: " + dialog.message), dialog.dismiss()))
        self.page.on("request", lambda request: None if request.url.startswith(("file:", "blob:", "data:")) else self.outside.append(request.url))

    def open(self, run, fragment=""):
        self.page.goto((pathlib.Path(run) / "report.html").as_uri() + fragment)
        self.page.wait_for_selector("html[data-ready]")
        return self.page

    def close(self):
        self.context.close()


def shown(page):
    return page.locator("tr.request:visible").count()


def row_of(page, text):
    return page.locator("tr.request", has_text=text)


def detail_of(page, text):
    return page.locator("#" + row_of(page, text).get_attribute("id") + "-detail")


def png(data):
    """Width, height and rows of a PNG as grey values, for the few kinds that are written here."""
    at, width, height, depth, kind, palette, packed = 8, 0, 0, 0, 0, b"", b""
    while at < len(data):
        length, name = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + length]
        if name == b"IHDR":
            width, height, depth, kind = struct.unpack(">IIBB", body[:10])
        elif name == b"PLTE":
            palette = body
        elif name == b"IDAT":
            packed += body
        at += 12 + length
    samples = {0: 1, 2: 3, 3: 1, 6: 4}[kind]
    stride, step, raw = (width * depth * samples + 7) // 8, max(1, depth * samples // 8), zlib.decompress(packed)
    before, lines = bytearray(stride), []
    for y in range(height):
        line = bytearray(raw[y * (stride + 1) + 1:(y + 1) * (stride + 1)])
        how = raw[y * (stride + 1)]
        for x in range(stride if how else 0):
            left, up, corner = (line[x - step] if x >= step else 0), before[x], (before[x - step] if x >= step else 0)
            if how == 4:
                guess = left + up - corner
                near = min((abs(guess - left), 0, left), (abs(guess - up), 1, up), (abs(guess - corner), 2, corner))[2]
            else:
                near = {1: left, 2: up, 3: (left + up) // 2}[how]
            line[x] = (line[x] + near) & 255
        before = line
        if depth == 8:
            lines.append([line[x * samples] for x in range(width)])
        else:
            lines.append([palette[3 * (line[x * depth // 8] >> (8 - depth - x * depth % 8) & (1 << depth) - 1)] for x in range(width)])
    return width, height, lines


# --- the stories: each takes what it needs by name ----------------------------------------------------------------------------------

def filters_and_search_narrow_the_queue(page):
    assert shown(page) == 7
    page.select_option("#status", "deficient")
    assert shown(page) == 2 and page.inner_text("#shown") == "2 of 7 requests"
    page.select_option("#code", "signature-missing")
    assert shown(page) == 1 and row_of(page, "Leo Park").is_visible()
    page.click("#reset")
    page.fill("#search", "castroville")
    assert shown(page) == 1
    page.fill("#search", "nobody of this name")
    assert page.get_by_text("No request fits these filters.").is_visible()
    page.get_by_role("button", name="Show all requests").click()
    page.select_option("#office", "Castroville Pediatrics")
    assert shown(page) == 1
    page.click("#reset")
    page.fill("#from", "2026-11-21")
    page.locator("#from").dispatch_event("change")
    assert shown(page) == 0
    page.click("#reset")
    page.select_option("#sort", "file")
    assert "Ana Cruz" in page.locator("tr.request").first.inner_text()


def a_bar_filters_by_what_it_counts(page):
    page.get_by_role("button", name=re.compile("^letter-missing: 1")).click()
    assert shown(page) == 1 and page.input_value("#code") == "letter-missing"


def a_row_is_opened_by_keyboard_and_copied(page):
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    first = page.locator("tr.request").first
    assert "current" in first.get_attribute("class")
    page.keyboard.press("o")
    assert first.locator(".opener").get_attribute("aria-expanded") == "true"
    assert page.locator("tr.detail").count() == 1
    page.keyboard.press("c")
    page.get_by_text("Copied", exact=True).wait_for()
    assert "Request " in page.evaluate("navigator.clipboard.readText()")
    page.keyboard.press("Escape")
    assert page.locator("tr.detail").count() == 0
    page.keyboard.press("?")
    assert page.locator("#help").is_visible() and "next request" in page.inner_text("#help")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"


def uncertain_fields_come_first_and_say_so(page):
    row_of(page, "Castroville").click()
    fields = page.locator(".field")
    assert {fields.nth(0).get_attribute("data-field"), fields.nth(1).get_attribute("data-field")} == {"member_id", "member_dob"}
    assert "uncertain" in fields.nth(0).inner_text()
    assert page.locator("svg rect.unsure").count() == 2


def a_crop_has_the_pixels_of_the_page(page, night):
    row_of(page, "Castroville").click()
    crop = page.locator('[data-field="member_id"] .crop')
    crop.scroll_into_view_if_needed()
    crop.locator("img").evaluate("image => image.decode()")
    # Made-up fields stand at 300, 400 + 85 a row, 460 by 60, and a crop has a margin of 4.
    left, top, width, height = 296, 400 + 2 * 85 - 4, 468, 68
    image = page.locator('[data-field="member_id"] .crop img').get_attribute("src")
    _, _, paper = png((night.run / image).read_bytes())
    box = crop.evaluate("node => { const r = node.getBoundingClientRect(); return [r.left + node.clientLeft, r.top + node.clientTop, node.clientWidth, node.clientHeight] }")
    assert box[2:] == [width, height], box
    seen_width, seen_height, seen = png(page.screenshot(clip={"x": box[0], "y": box[1], "width": width, "height": height}))
    assert (seen_width, seen_height) == (width, height)
    expected = [line[left:left + width] for line in paper[top:top + height]]
    wrong = sum(a != b for one, other in zip(seen, expected) for a, b in zip(one, other))
    assert wrong == 0, f"{wrong} of {width * height} pixels differ"
    assert sum(pixel == 0 for line in expected for pixel in line) > 500, "there is something to see"


def a_field_shows_its_zone_on_the_page(page):
    row_of(page, "Castroville").click()
    page.locator('[data-field="request_date"]').hover()
    assert page.locator("svg rect.here").get_attribute("data-id") == "1/request_date"
    page.get_by_role("button", name="2 · letter").click()
    assert page.locator(".sheet img").get_attribute("alt").startswith("Page 2")


def duplicates_are_linked(page):
    row_of(page, "duplicate").click()
    link = page.locator(".facts a").first
    original = link.inner_text()
    link.click()
    assert page.locator("tr.request.current").count() == 1
    assert original in page.locator("tr.request.current + tr.detail").inner_text()


def hostile_values_stay_text(page):
    row_of(page, "<script>alert(1)</script>").click()
    assert page.evaluate("document.scripts.length") == 2, "the data and the page's own"
    assert "<script>alert(1)</script>" in page.inner_text('[data-field="provider_name"] .value')
    assert page.inner_text('[data-field="member_phone"] .value') == "=cmd()"


def corrections_are_saved_and_applied(page, night, place):
    row_of(page, "Castroville").click()
    page.get_by_label("Correct member id", exact=True).fill("91234567A")
    page.get_by_label("Remark about member id").fill("on the image, clear")
    page.get_by_label("Correct date of birth", exact=True).fill("1980-01-02")
    page.get_by_label("Correct date of birth", exact=True).fill("1980-01-03")
    row_of(page, "Leo Park").click()
    detail_of(page, "Leo Park").get_by_label("Correct signature").select_option("present")
    row_of(page, "Rosa Vega").click()
    detail_of(page, "Rosa Vega").get_by_label("Correct the mark of Member fraud", exact=True).select_option("checked")
    row_of(page, "<script>").click()
    detail_of(page, "<script>").get_by_label("Correct member phone", exact=True).fill("=cmd(2)")
    assert page.inner_text("#save") == "Save 5 corrections"
    assert row_of(page, "Castroville").locator(".edited").inner_text() == "2 corrections"
    with page.expect_download() as download:
        page.keyboard.press("Escape")
        page.click("#save")
    saved = place / "corrections.csv"
    download.value.save_as(saved)
    assert download.value.suggested_filename == "corrections.csv"
    assert "'=cmd(2)" in saved.read_text(), "no spreadsheet runs it"
    done = night.apply(saved, place / "corrected")
    assert done.returncode in (0, 1), done.stderr
    after = {name[-8:-4]: row["status"] for name, row in rows(place / "corrected").items()}
    assert after == {"0101": "complete", "0102": "complete", "0103": "complete", "0104": "deficient", "0105": "complete", "0106": "duplicate", "0107": "unreadable"}, after
    assert rows(place / "corrected")["20261120072500_4085555946_0104.fax"]["member_phone"] == "'=cmd(2)"


def nothing_stands_in_the_way_of_a_screen_reader(page):
    import axe_playwright_python
    axe = pathlib.Path(axe_playwright_python.__file__).parent / "axe.min.js"
    row_of(page, "Castroville").click()
    row_of(page, "Rosa Vega").click()
    found = page.evaluate(axe.read_text() + "\n; axe.run().then(result => result.violations.map(v => [v.impact, v.id, v.nodes.slice(0, 3).map(n => n.html.slice(0, 160))]))")
    serious = [violation for violation in found if violation[0] in ("serious", "critical")]
    assert not serious, serious


def a_link_opens_its_request(reviewer, night):
    request = rows(night.run)["20261120070800_8315551352_0103.fax"]["request_id"]
    page = reviewer.open(night.run, "#" + request)
    assert request in page.locator("tr.request.current + tr.detail").inner_text()


def print_shows_the_queue_and_no_controls(page):
    row_of(page, "Leo Park").click()
    page.emulate_media(media="print")
    assert not page.locator("#search").is_visible() and not page.locator("#save").is_visible()
    assert shown(page) == 7 and page.locator(".fix").first.is_hidden()
    assert len(page.pdf()) > 10_000
    page.emulate_media(media="screen")


STORIES = [
    filters_and_search_narrow_the_queue, a_bar_filters_by_what_it_counts, a_row_is_opened_by_keyboard_and_copied, uncertain_fields_come_first_and_say_so,
    a_crop_has_the_pixels_of_the_page, a_field_shows_its_zone_on_the_page, duplicates_are_linked, hostile_values_stay_text, corrections_are_saved_and_applied,
    nothing_stands_in_the_way_of_a_screen_reader, a_link_opens_its_request, print_shows_the_queue_and_no_controls,
]


def tell(story, playwright, night, place, scheme="light"):
    profile = tempfile.mkdtemp(dir=place)
    reviewer = Reviewer(playwright, profile, scheme)
    try:
        needs = story.__code__.co_varnames[:story.__code__.co_argcount]
        have = {"night": night, "place": pathlib.Path(profile), "reviewer": reviewer}
        if "page" in needs:
            have["page"] = reviewer.open(night.run)
        story(**{name: have[name] for name in needs})
        assert not reviewer.complaints, reviewer.complaints
        assert not reviewer.outside, reviewer.outside
    finally:
        reviewer.close()


def five_hundred_requests_open_in_two_seconds(playwright, place):
    night = large_night(place / "large").read("--no-images")
    reviewer = Reviewer(playwright, tempfile.mkdtemp(dir=place))
    try:
        times, work = [], []
        for _ in range(3):
            started = time.monotonic()
            page = reviewer.open(night.run)
            page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
            times.append(time.monotonic() - started)
            # The page's own work, in processor time: a machine that does other things meanwhile takes longer by the clock.
            session = reviewer.context.new_cdp_session(page)
            session.send("Performance.enable", {"timeDomain": "threadTicks"})
            page.reload()
            page.wait_for_selector("html[data-ready]")
            page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
            metrics = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
            work.append(metrics["TaskDuration"])
            session.detach()
        assert shown(page) == 500
        print(f"    500 requests open in {min(times):.2f} s by the clock, {min(work):.2f} s of the page's own work", flush=True)
        assert min(*times, *work) < 2, (times, work)
        assert not reviewer.complaints and not reviewer.outside
    finally:
        reviewer.close()


def screenshots(playwright, night, place):
    """For the README: the queue with an open row, and a printed page. Of a real run when one is given."""
    run = pathlib.Path(sys.argv[sys.argv.index("--screenshots") + 1]) if len(sys.argv) > sys.argv.index("--screenshots") + 1 else night.run
    for name, scheme in [("report.png", "light"), ("report-dark.png", "dark")]:
        reviewer = Reviewer(playwright, tempfile.mkdtemp(dir=place), scheme, size=(1280, 900))
        page = reviewer.open(run)
        page.locator("tr.request", has_text="review").first.click()
        page.locator("tr.detail").first.scroll_into_view_if_needed()
        page.wait_for_timeout(700)
        page.evaluate("scrollTo(0, document.querySelector('tr.request.open').getBoundingClientRect().top + scrollY - 130)")
        page.wait_for_timeout(500)
        page.screenshot(path=place / name)
        page.evaluate("scrollTo(0, 0)")
        page.keyboard.press("Escape")
        page.screenshot(path=place / name.replace("report", "queue"))
        if scheme == "light":
            page.set_viewport_size({"width": 1000, "height": 760})
            page.emulate_media(media="print")
            page.wait_for_timeout(300)
            page.screenshot(path=place / "report-print.png")
        reviewer.close()
    for name in ["queue.png", "report.png", "report-print.png", "report-dark.png"]:
        (DOCS / name).write_bytes((place / name).read_bytes())


def main():
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        place = pathlib.Path(folder)
        night = small_night(place / "small").read("--xlsx")
        if "--screenshots" in sys.argv:
            return screenshots(playwright, night, place)
        only = [name for name in sys.argv[2:] if not name.startswith("-")]
        told = [(story, lambda story=story: tell(story, playwright, night, place)) for story in STORIES]
        dark = lambda: tell(nothing_stands_in_the_way_of_a_screen_reader, playwright, night, place, "dark")
        dark.__name__ = "nothing_stands_in_the_way_in_the_dark"
        told += [(dark, dark), (five_hundred_requests_open_in_two_seconds, lambda: five_hundred_requests_open_in_two_seconds(playwright, place))]
        for story, run in told:
            if only and story.__name__ not in only:
                continue
            try:
                run()
                passed += 1
                print(f"  ok    {story.__name__}", flush=True)
            except Exception:
                failed += 1
                print(f"  FAIL  {story.__name__}\n{traceback.format_exc()}", flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
