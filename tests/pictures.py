"""Photos as phones take them, made on the spot."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from PIL import ExifTags, Image

PLACE = {"latitude": (31, 37, 12.5), "longitude": (119, 40, 30)}
"""Degrees, minutes and seconds: 31.620139 N, 119.675 E."""


def photo(
    form: str = "JPEG",
    size: tuple[int, int] = (400, 300),
    *,
    taken: str = "",
    zone: str = "",
    turned: int = 0,
    refs: str = "NE",
    latitude: Any = None,
    longitude: Any = None,
    **options: Any,
) -> bytes:
    """A picture, its left half red and its right half blue, with what a camera writes into it."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, *size))
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "SecretMaker"
    if turned:
        exif[ExifTags.Base.Orientation] = turned
    camera = exif.get_ifd(ExifTags.IFD.Exif)
    if taken:
        camera[ExifTags.Base.DateTimeOriginal] = taken
    if zone:
        camera[ExifTags.Base.OffsetTimeOriginal] = zone
    if latitude is not None:
        exif.get_ifd(ExifTags.IFD.GPSInfo).update({1: refs[0], 2: latitude, 3: refs[1], 4: longitude})
    file = io.BytesIO()
    image.save(file, form, exif=exif, **options)
    return file.getvalue()


def picture_of(content: bytes) -> Image.Image:
    """What is in these bytes, unfolded."""
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def bomb(width: int, height: int) -> bytes:
    """A file of a few bytes that says to be a picture of so many points."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
