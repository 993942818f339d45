"""Photos on their way in: turned upright, made small, freed of what the camera wrote; its time and place are kept."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from PIL import ExifTags, Image, ImageOps

from models.base import N_
from models.rules.deadlines import SHANGHAI
from models.workflow import Refused

LONGEST, SMALL = 2560, 320
"""Pixels of the longest side, of what is kept and of its thumbnail."""
MOST_POINTS = 64_000_000
"""A picture unfolds in memory, however small its file is. No phone takes a larger one unless it is told to."""
FORMATS: Mapping[str, str] = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
FIRST_YEAR = 1990
"""No camera wrote such files before: an earlier moment is that of a clock which was never set."""
BROKEN = (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning)
"""What Pillow raises for a picture that it cannot read."""


class Photo(NamedTuple):
    """A picture as it is kept, and what the camera said of it."""

    content: bytes
    thumbnail: bytes
    taken_at: datetime | None
    latitude: Decimal | None
    longitude: Decimal | None


def photo_of(content: bytes, content_type: str) -> Photo | None:
    """The photo in these bytes; None if they are none. Raises `Refused`: too large to unfold, or damaged."""
    if content_type not in FORMATS:
        return None
    wanted = FORMATS[content_type]
    try:
        with Image.open(io.BytesIO(content), formats=(wanted,)) as image:
            if image.width * image.height > MOST_POINTS:
                raise Refused(
                    N_("The picture has more than %(most)s million points. Take it anew in a smaller size."),
                    most=MOST_POINTS // 1_000_000,
                )
            exif = image.getexif()
            image.thumbnail((LONGEST, LONGEST))
            upright = _bare(ImageOps.exif_transpose(image))
    except BROKEN as error:
        raise Refused(N_("The picture is damaged, or too large. Open it, save it anew, then send it.")) from error
    small = upright.copy()
    small.thumbnail((SMALL, SMALL))
    position = exif.get_ifd(ExifTags.IFD.GPSInfo)
    return Photo(
        _written(upright, wanted),
        _written(small, "JPEG"),
        _taken(exif.get_ifd(ExifTags.IFD.Exif)),
        *_place(position),
    )


def _bare(image: Image.Image) -> Image.Image:
    """The points alone, without a profile, a comment or anything else that came along."""
    bare = image.convert("RGBA" if image.has_transparency_data else "RGB")
    bare.info = {}
    return bare


def _written(image: Image.Image, wanted: str) -> bytes:
    if wanted == "JPEG" and image.mode == "RGBA":
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image).convert("RGB")
    file = io.BytesIO()
    image.save(file, wanted, quality=85, optimize=True)
    return file.getvalue()


def place(latitude: Decimal | None, longitude: Decimal | None) -> str:
    """A position in figures that every map reads; nothing for none."""
    return f"{latitude:.6f}, {longitude:.6f}" if latitude is not None and longitude is not None else ""


def _taken(exif: Mapping[int, Any]) -> datetime | None:
    """When the shutter was pressed. A camera that names no zone means the county's."""
    said = str(exif.get(ExifTags.Base.DateTimeOriginal, ""))
    zone = str(exif.get(ExifTags.Base.OffsetTimeOriginal, ""))
    for text, form in ((f"{said}{zone}", "%Y:%m:%d %H:%M:%S%z"), (said, "%Y:%m:%d %H:%M:%S")):
        try:
            moment = datetime.strptime(text, form)  # noqa: DTZ007  (the next line says of which zone)
        except ValueError:
            continue
        return (moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)) if moment.year >= FIRST_YEAR else None
    return None


def _place(position: Mapping[int, Any]) -> tuple[Decimal | None, Decimal | None]:
    """Latitude and longitude, both or neither."""
    tags = ExifTags.GPS
    latitude = _degrees(position.get(tags.GPSLatitude), position.get(tags.GPSLatitudeRef) == "S", 90)
    longitude = _degrees(position.get(tags.GPSLongitude), position.get(tags.GPSLongitudeRef) == "W", 180)
    return (None, None) if latitude is None or longitude is None else (latitude, longitude)


def _degrees(parts: Any, negative: bool, most: int) -> Decimal | None:
    """Degrees, minutes and seconds as one number; None for what is none."""
    try:
        degrees, minutes, seconds = (Fraction(part.numerator, part.denominator) for part in parts)
    except (TypeError, ValueError, AttributeError, ZeroDivisionError):
        return None
    whole = degrees + minutes / 60 + seconds / 3600
    if not 0 <= whole <= most:
        return None
    return round(Decimal(float(-whole if negative else whole)), 6)
