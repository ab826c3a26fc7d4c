"""A JBIG2 generic region (ITU-T T.88, 6.2) with the MQ arithmetic coder, template 0, for PDF embedding: just what a
scan-to-PDF device writes for a whole page. Slow (pure Python), so used on few pages."""

import struct

import numpy as np
from PIL import Image

# Table E.1: Qe, next state after MPS, after LPS, switch.
_QE = [(0x5601, 1, 1, 1), (0x3401, 2, 6, 0), (0x1801, 3, 9, 0), (0x0AC1, 4, 12, 0), (0x0521, 5, 29, 0), (0x0221, 38, 33, 0), (0x5601, 7, 6, 1), (0x5401, 8, 14, 0), (0x4801, 9, 14, 0),
       (0x3801, 10, 14, 0), (0x3001, 11, 17, 0), (0x2401, 12, 18, 0), (0x1C01, 13, 20, 0), (0x1601, 29, 21, 0), (0x5601, 15, 14, 1), (0x5401, 16, 14, 0), (0x5101, 17, 15, 0), (0x4801, 18, 16, 0),
       (0x3801, 19, 17, 0), (0x3401, 20, 18, 0), (0x3001, 21, 19, 0), (0x2801, 22, 19, 0), (0x2401, 23, 20, 0), (0x2201, 24, 21, 0), (0x1C01, 25, 22, 0), (0x1801, 26, 23, 0), (0x1601, 27, 24, 0),
       (0x1401, 28, 25, 0), (0x1201, 29, 26, 0), (0x1101, 30, 27, 0), (0x0AC1, 31, 28, 0), (0x09C1, 32, 29, 0), (0x08A1, 33, 30, 0), (0x0521, 34, 31, 0), (0x0441, 35, 32, 0), (0x02A1, 36, 33, 0),
       (0x0221, 37, 34, 0), (0x0141, 38, 35, 0), (0x0111, 39, 36, 0), (0x0085, 40, 37, 0), (0x0049, 41, 38, 0), (0x0025, 42, 39, 0), (0x0015, 43, 40, 0), (0x0009, 44, 41, 0), (0x0005, 45, 42, 0),
       (0x0001, 45, 43, 0), (0x5601, 46, 46, 0)]


class _Coder:
    """The encoder of annex E.2."""

    def __init__(self):
        self.a, self.c, self.ct, self.out = 0x8000, 0, 12, bytearray([0])
        self.index, self.mps = {}, {}

    def encode(self, bit, context):
        i, mps = self.index.get(context, 0), self.mps.get(context, 0)
        qe, next_mps, next_lps, switch = _QE[i]
        self.a -= qe
        if bit == mps:
            if self.a & 0x8000:
                self.c += qe
                return
            if self.a < qe:
                self.a = qe
            else:
                self.c += qe
            self.index[context] = next_mps
        else:
            if self.a < qe:
                self.c += qe
            else:
                self.a = qe
            if switch:
                self.mps[context] = 1 - mps
            self.index[context] = next_lps
        while True:
            self.a = (self.a << 1) & 0xFFFF
            self.c <<= 1
            self.ct -= 1
            if self.ct == 0:
                self._byte()
            if self.a & 0x8000:
                break

    def _byte(self):
        if self.out[-1] != 0xFF and self.c >= 0x8000000:
            self.out[-1] += 1
            self.c &= 0x7FFFFFF
        if self.out[-1] == 0xFF:
            self.out.append((self.c >> 20) & 0xFF)
            self.c &= 0xFFFFF
            self.ct = 7
        else:
            self.out.append((self.c >> 19) & 0xFF)
            self.c &= 0x7FFFF
            self.ct = 8

    def flush(self) -> bytes:
        limit = self.c + self.a
        self.c |= 0xFFFF
        if self.c >= limit:
            self.c -= 0x8000
        for _ in range(2):
            self.c <<= self.ct
            self._byte()
        if self.out[-1] != 0xFF:
            self.out.append(0xFF)
        self.out.append(0xAC)
        return bytes(self.out[1:])


def _arithmetic(image: Image.Image) -> bytes:
    black = ~np.asarray(image)
    height, width = black.shape
    padded = np.zeros((height + 2, width + 8), np.uint32)
    padded[2:, 4:4 + width] = black

    def at(dy, dx):
        return padded[2 + dy:2 + dy + height, 4 + dx:4 + dx + width]

    # Template 0 with its nominal adaptive pixels, figure 3 of T.88; the last four bits are pixels to the left.
    places = [(-2, -2), (-2, -1), (-2, 0), (-2, 1), (-2, 2), (-1, -3), (-1, -2), (-1, -1), (-1, 0), (-1, 1), (-1, 2), (-1, 3), (0, -4), (0, -3), (0, -2), (0, -1)]
    order = [(-2, -2), (-2, -1), (-2, 0), (-2, 1), (-2, 2), (-1, -3), (-1, -2), (-1, -1), (-1, 0), (-1, 1), (-1, 2), (-1, 3)]
    assert len(places) == 16
    context = np.zeros((height, width), np.uint32)
    for dy, dx in order + places[12:]:
        context = (context << 1) | at(dy, dx)
    coder, encode = _Coder(), None
    encode = coder.encode
    typical = 0x9B25  # TPGDON: one bit a row says "as the row above"
    before_same = 0
    for y in range(height):
        same = int(np.array_equal(black[y], black[y - 1]) if y else not black[0].any())
        encode(same ^ before_same, typical)
        before_same = same
        if not same:
            for bit, ctx in zip(black[y].tolist(), context[y].tolist()):
                encode(1 if bit else 0, ctx)
    return coder.flush()


def embedded(image: Image.Image) -> bytes:
    """The segments of one page (page information, generic region) as PDF's JBIG2Decode wants them."""
    width, height = image.size
    page = struct.pack(">IIIIBH", width, height, 0, 0, 0, 0)
    # Region information, flags (template 0, TPGDON), four adaptive pixels at their nominal places.
    data = struct.pack(">IIIIB", width, height, 0, 0, 0) + bytes([0b1000]) + struct.pack("8b", 3, -1, -3, -1, 2, -2, -2, -2) + _arithmetic(image)
    return _segment(0, 48, page) + _segment(1, 38, data)


def _segment(number, kind, data):
    return struct.pack(">IBBBI", number, kind, 0, 1, len(data)) + data
