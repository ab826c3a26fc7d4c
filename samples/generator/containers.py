"""Pages into files: TIFF as fax servers write it, PDF of images or of text, PNG, JPEG; and files that nobody can read."""

import hashlib
import io
import struct
import zlib
from dataclasses import dataclass

import pypdf
import reportlab.rl_config
from PIL import Image, ImageOps
from pypdf.generic import BooleanObject, NameObject
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas

from . import fonts, jbig2
from .sheet import HEIGHT, WIDTH, Sheet

reportlab.rl_config.invariant = 1

CCITT = {"g3": ("group3", {}), "g32d": ("group3", {292: 1}), "g4": ("group4", {})}
TIFF_NUMBER = {"g3": 3, "g32d": 3, "g4": 4, "lzw": 5, "deflate": 8, "packbits": 32773, "jpeg": 7}
PILLOW_NAME = {"lzw": "tiff_lzw", "deflate": "tiff_adobe_deflate", "packbits": "packbits"}
_REVERSED = bytes(int(f"{n:08b}"[::-1], 2) for n in range(256))


@dataclass
class Scan:
    """A scanned page: mode "1" (white = 1) or "L", with its resolution in pixels an inch across and down."""

    image: Image.Image
    across: int
    down: int


def _strip(image: Image.Image, how: str, min_is_white: bool) -> bytes:
    """The compressed bytes of the image as one strip, by libtiff through Pillow."""
    if how == "jpeg":
        return jpeg_bytes(image, 80)
    name, tags = CCITT.get(how) or (PILLOW_NAME[how], {})
    bits = ImageOps.invert(image.convert("L")).convert("1", dither=Image.Dither.NONE) if min_is_white else image
    out = io.BytesIO()
    bits.save(out, "TIFF", compression=name, tiffinfo={278: image.height, **tags})
    data = out.getvalue()
    info = Image.open(io.BytesIO(data)).tag_v2
    assert len(info[273]) == 1, "one strip wanted"
    return data[info[273][0]:info[273][0] + info[279][0]]


def jpeg_bytes(image: Image.Image, quality=80, dpi=None) -> bytes:
    out = io.BytesIO()
    image.convert("L").save(out, "JPEG", quality=quality, **({"dpi": dpi} if dpi else {}))
    return out.getvalue()


def tiff(scans: list[Scan], how="g4", photometric=0, fill_order=1, rows_a_strip=0, resolution="inch", orientation=1, big_endian=False, directories_last=False) -> bytes:
    """`resolution`: inch, cm, none (tags left out), absurd (1 by 1). `orientation`: what a viewer must undo; the pixels are stored turned."""
    e = ">" if big_endian else "<"
    out = bytearray((b"MM\0*" if big_endian else b"II*\0") + b"\0\0\0\0")
    link, directories = 4, []
    for scan in scans:
        image = {1: lambda i: i, 3: lambda i: i.rotate(180), 6: lambda i: i.transpose(Image.Transpose.ROTATE_90), 8: lambda i: i.transpose(Image.Transpose.ROTATE_270)}[orientation](scan.image)
        step = rows_a_strip or image.height
        offsets, counts = [], []
        for top in range(0, image.height, step):
            data = _strip(image.crop((0, top, image.width, min(top + step, image.height))), how, photometric == 0 and how != "jpeg")
            if fill_order == 2 and how in CCITT:
                data = data.translate(_REVERSED)
            offsets.append(len(out))
            counts.append(len(data))
            out += data + b"\0" * (len(data) % 2)
        across, down = (scan.down, scan.across) if orientation in (6, 8) else (scan.across, scan.down)
        tags = [(256, 4, [image.width]), (257, 4, [image.height]), (258, 3, [8 if how == "jpeg" else 1]), (259, 3, [TIFF_NUMBER[how]]), (262, 3, [1 if how == "jpeg" else photometric]),
                (266, 3, [fill_order]), (273, 4, offsets), (274, 3, [orientation]), (277, 3, [1]), (278, 4, [step]), (279, 4, counts)]
        if how in ("g3", "g32d"):
            tags.append((292, 4, [1 if how == "g32d" else 0]))
        if resolution != "none":
            x, y, unit = {"inch": ((across, 1), (down, 1), 2), "cm": ((round(across * 1000 / 2.54), 1000), (round(down * 1000 / 2.54), 1000), 3), "absurd": ((1, 1), (1, 1), 2)}[resolution]
            tags += [(282, 5, x), (283, 5, y), (296, 3, [unit])]
        directories.append(sorted(tags))
        if not directories_last:
            link = _directory(out, e, directories.pop(), link)
    for tags in directories:
        link = _directory(out, e, tags, link)
    return bytes(out)


def _directory(out, e, tags, link):
    """Append one directory, point `link` at it, and return where the next link stands."""
    body = []
    for tag, kind, values in tags:
        packed = struct.pack(e + {3: "H", 4: "I", 5: "I"}[kind] * len(values), *values)
        count = 1 if kind == 5 else len(values)
        if len(packed) > 4:
            place = len(out)
            out += packed + b"\0" * (len(packed) % 2)
            packed = struct.pack(e + "I", place)
        body.append(struct.pack(e + "HHI", tag, kind, count) + packed.ljust(4, b"\0"))
    struct.pack_into(e + "I", out, link, len(out))
    out += struct.pack(e + "H", len(body)) + b"".join(body)
    link = len(out)
    out += b"\0\0\0\0"
    return link


# --- PDF of images ------------------------------------------------------------------------------------------------

def _filtered(scan: Scan, how: str):
    """Stream bytes and the image dictionary's filter entries."""
    image = scan.image
    if how in CCITT:
        k = {"g3": 0, "g32d": 1, "g4": -1}[how]
        eol = " /EndOfLine true /EndOfBlock false" if k >= 0 else ""
        parms = f"/Filter /CCITTFaxDecode /DecodeParms << /K {k} /Columns {image.width} /Rows {image.height}{eol} >>"
        return _strip(image, how, True), f"{parms} /BitsPerComponent 1"
    if how == "jpeg":
        return jpeg_bytes(image, 78), "/Filter /DCTDecode /BitsPerComponent 8"
    if how == "jpx":
        out = io.BytesIO()
        image.convert("L").save(out, "JPEG2000", irreversible=True, quality_mode="rates", quality_layers=[22])
        return out.getvalue(), "/Filter /JPXDecode /BitsPerComponent 8"
    if how == "jbig2":
        return jbig2.embedded(image), "/Filter /JBIG2Decode /BitsPerComponent 1"
    return zlib.compress(image.convert("1", dither=Image.Dither.NONE).tobytes(), 9), "/Filter /FlateDecode /BitsPerComponent 1"


def pdf_of_scans(scans: list[Scan], how="g4", rotate=0, user_unit=1.0, media_box=True, password: str | None = None) -> bytes:
    """One full-page image a page. `rotate` is stored in /Rotate and undone in the pixels. A password, also an empty one, encrypts with RC4."""
    objects: list[tuple[str, bytes | None]] = [("<< /Type /Catalog /Pages 2 0 R >>", None), ("", None)]
    kids = []
    for scan in scans:
        if rotate:
            scan = Scan(scan.image.rotate(rotate, expand=True), *((scan.down, scan.across) if rotate in (90, 270) else (scan.across, scan.down)))
        w, h = scan.image.width / scan.across * 72 / user_unit, scan.image.height / scan.down * 72 / user_unit
        data, entries = _filtered(scan, how)
        n = len(objects) + 1
        objects.append((f"<< /Type /XObject /Subtype /Image /Width {scan.image.width} /Height {scan.image.height} /ColorSpace /DeviceGray {entries}", data))
        objects.append(("<<", f"q {w:.3f} 0 0 {h:.3f} 0 0 cm /Im0 Do Q".encode()))
        box = f"/MediaBox [0 0 {w:.3f} {h:.3f}]" if media_box else ""
        extra = (f" /Rotate {rotate}" if rotate else "") + (f" /UserUnit {user_unit}" if user_unit != 1.0 else "")
        objects.append((f"<< /Type /Page /Parent 2 0 R {box}{extra} /Resources << /XObject << /Im0 {n} 0 R >> >> /Contents {n + 1} 0 R >>", None))
        kids.append(f"{n + 2} 0 R")
    objects[1] = (f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>", None)
    return _pdf(objects, password)


_PAD = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")


def _rc4(key: bytes, data: bytes) -> bytes:
    state, j = list(range(256)), 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) & 255
        state[i], state[j] = state[j], state[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) & 255
        j = (j + state[i]) & 255
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) & 255])
    return bytes(out)


def _pdf(objects, password):
    """Serialise; with a password, the standard security handler, revision 2 (40-bit RC4), ISO 32000-1, 7.6.3."""
    ident = hashlib.md5(repr([head for head, _ in objects]).encode()).digest()
    key = trailer = None
    if password is not None:
        owner = _rc4(hashlib.md5(_PAD).digest()[:5], (password.encode() + _PAD)[:32])
        permissions = struct.pack("<i", -4)
        key = hashlib.md5((password.encode() + _PAD)[:32] + owner + permissions + ident).digest()[:5]
        user = _rc4(key, _PAD)
        objects = [*objects, (f"<< /Filter /Standard /V 1 /R 2 /O <{owner.hex()}> /U <{user.hex()}> /P -4 >>", None)]
        trailer = f" /Encrypt {len(objects)} 0 R"
    out, places = bytearray(b"%PDF-1.6\n%\xe2\xe3\xcf\xd3\n"), []
    for number, (head, stream) in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{head}".encode()
        if stream is not None:
            if key:
                stream = _rc4(hashlib.md5(key + struct.pack("<I", number)[:3] + b"\0\0").digest()[:10], stream)
            out += f" /Length {len(stream)} >>\nstream\n".encode() + stream + b"\nendstream"
        out += b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode() + b"".join(b"%010d 00000 n \n" % place for place in places)
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /ID [<{ident.hex()}> <{ident.hex()}>]{trailer or ''} >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


# --- digital PDF --------------------------------------------------------------------------------------------------

def digital_pdf(sheets: list[Sheet], appearances=True) -> bytes:
    """Vector pages with a text layer, and AcroForm fields where a sheet has them; without `appearances` only /V holds the values."""
    out = io.BytesIO()
    pdf = canvas.Canvas(out, pagesize=(WIDTH, HEIGHT), invariant=1)
    keyed = any(sheet.fields for sheet in sheets)
    for sheet in sheets:
        for op in sheet.ops:
            _replay(pdf, op)
        seen = set()
        for f in sheet.fields:
            y = HEIGHT - f.zone.y - f.zone.h
            name = f.name if f.name not in seen else f"{f.name}_{len(seen)}"
            seen.add(name)
            if isinstance(f.value, bool):
                pdf.acroForm.checkbox(name=name, x=f.zone.x, y=y, size=f.zone.h, checked=f.value, borderWidth=0.5, buttonStyle="cross", fillColor=None)
            else:
                size = min(9.5, f.zone.h * 0.8, 9.5 * f.zone.w * 0.95 / max(1, pdfmetrics.stringWidth(f.value, "Helvetica", 9.5))) if not f.lines else 9
                pdf.acroForm.textfield(name=name, value=f.value, x=f.zone.x, y=y, width=f.zone.w, height=f.zone.h, fontName="Helvetica", fontSize=max(4, size), borderWidth=0, maxlen=None,
                                       fieldFlags="multiline" if f.lines else "", fillColor=None)
        pdf.showPage()
    pdf.save()
    if not keyed or appearances:
        return out.getvalue()
    return _without_appearances(out.getvalue())


def _without_appearances(data: bytes) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(data))
    for page in writer.pages:
        for annotation in page.get("/Annots", []):
            annotation = annotation.get_object()
            if annotation.get("/FT") == "/Tx":
                annotation.pop("/AP", None)
    writer._root_object["/AcroForm"].get_object()[NameObject("/NeedAppearances")] = BooleanObject(True)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _pdf_font(family, bold):
    name = f"{family}-{'b' if bold else 'r'}"
    if name not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(name, fonts.path(family, bold)))
    return name


def _replay(pdf, op):
    kind, *a = op
    if kind == "text":
        x, y, text, family, bold, size, ink = a
        pdf.setFillGray(ink / 255)
        pdf.setFont(_pdf_font(family, bold), size)
        pdf.drawString(x, HEIGHT - y, text)
    elif kind == "glyph":
        x, y, char, family, size, shear, turn, ink = a
        pdf.setFillGray(ink / 255)
        pdf.setFont(_pdf_font(family, False), size)
        pdf.drawString(x, HEIGHT - y, char)
    elif kind == "line":
        x0, y0, x1, y1, w, ink, dash = a
        pdf.setStrokeGray(ink / 255)
        pdf.setLineWidth(w)
        pdf.setDash(*dash) if dash else pdf.setDash()
        pdf.line(x0, HEIGHT - y0, x1, HEIGHT - y1)
    elif kind == "rect":
        x, y, w, h, lw, fill, ink = a
        pdf.setDash()
        pdf.setLineWidth(lw)
        pdf.setStrokeGray(ink / 255)
        pdf.setFillGray((fill if fill is not None else 255) / 255)
        pdf.rect(x, HEIGHT - y - h, w, h, stroke=int(lw > 0), fill=int(fill is not None))
    elif kind == "oval":
        x, y, w, h, lw = a
        pdf.setDash()
        pdf.setLineWidth(lw)
        pdf.ellipse(x, HEIGHT - y, x + w, HEIGHT - y - h)
    elif kind == "stroke":
        points, w, ink = a
        path = pdf.beginPath()
        path.moveTo(points[0][0], HEIGHT - points[0][1])
        for x, y in points[1:]:
            path.lineTo(x, HEIGHT - y)
        pdf.setDash()
        pdf.setLineCap(1)
        pdf.setLineWidth(w)
        pdf.setStrokeGray(ink / 255)
        pdf.drawPath(path)
        pdf.setLineCap(0)
    elif kind == "picture":
        x, y, w, h, image = a
        pdf.drawImage(ImageReader(image), x, HEIGHT - y - h, w, h)


# --- single images ------------------------------------------------------------------------------------------------

def png(scan: Scan, resolution=True) -> bytes:
    out = io.BytesIO()
    scan.image.save(out, "PNG", optimize=True, **({"dpi": (scan.across, scan.down)} if resolution else {}))
    return out.getvalue()


def jpeg(scan: Scan, orientation=1) -> bytes:
    """`orientation` is the EXIF tag; the pixels are stored turned so that the tag sets them right."""
    image = {1: lambda i: i, 3: lambda i: i.rotate(180), 6: lambda i: i.transpose(Image.Transpose.ROTATE_90), 8: lambda i: i.transpose(Image.Transpose.ROTATE_270)}[orientation](scan.image.convert("L"))
    exif = Image.Exif()
    exif[0x0112] = orientation
    out = io.BytesIO()
    image.save(out, "JPEG", quality=72, dpi=(scan.across, scan.down), exif=exif)
    return out.getvalue()
