"""What a file is, by what is in it: a name must not promise anything else, and what could run is not taken."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Mapping
from typing import NamedTuple

from models.base import N_
from models.workflow import Refused

MEGABYTE = 1024 * 1024
LARGEST = 20 * MEGABYTE
NAME = 200
"""Characters of a name that are kept."""

ENCODINGS = ("utf-8-sig", "gb18030")
NO_TEXT = re.compile(r"\s*(<[a-z!?]|#!|%PDF-)", re.IGNORECASE)
"""How a page, a drawing or a script begins, which some program would run; and what has an ending of its own."""
UNWRITTEN = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
"""What no text has."""


class Kind(NamedTuple):
    """A kind of file: what it is told to be when it is sent, and how its content is known."""

    content_type: str
    fits: Callable[[bytes], bool]


def _begins(*signatures: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(signatures)


def _is_webp(content: bytes) -> bool:
    return content[:4] == b"RIFF" and content[8:12] == b"WEBP"


def _holds(*streams: str) -> Callable[[bytes], bool]:
    """An older office document: a compound file with the stream that its program writes. An installer is one, too."""
    names = [stream.encode("utf-16-le") + b"\0\0" for stream in streams]
    begins = _begins(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    return lambda content: begins(content) and any(name in content for name in names)


def _is_archive(content: bytes) -> bool:
    return _members(content) is not None


def _packs(part: str) -> Callable[[bytes], bool]:
    """An office document of today: an archive with its main part, and without macros."""

    def fits(content: bytes) -> bool:
        names = _members(content) or frozenset()
        macros = any(name.lower().endswith("vbaproject.bin") for name in names)
        return {"[Content_Types].xml", part} <= names and not macros

    return fits


def _members(content: bytes) -> frozenset[str] | None:
    """What an archive holds; None for what is none, and for one that hides behind something else."""
    if not content.startswith(b"PK\x03\x04"):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return frozenset(archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return None


def _is_text(content: bytes) -> bool:
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return not UNWRITTEN.search(text) and not NO_TEXT.match(text)
    return False


OFFICE = "application/vnd.openxmlformats-officedocument."
JPEG = Kind("image/jpeg", _begins(b"\xff\xd8\xff"))
WORD = _holds("WordDocument")
SHEET = _holds("Workbook", "Book")

KINDS: Mapping[str, Kind] = {
    "jpg": JPEG,
    "jpeg": JPEG,
    "png": Kind("image/png", _begins(b"\x89PNG\r\n\x1a\n")),
    "gif": Kind("image/gif", _begins(b"GIF87a", b"GIF89a")),
    "webp": Kind("image/webp", _is_webp),
    "pdf": Kind("application/pdf", _begins(b"%PDF-")),
    "docx": Kind(f"{OFFICE}wordprocessingml.document", _packs("word/document.xml")),
    "xlsx": Kind(f"{OFFICE}spreadsheetml.sheet", _packs("xl/workbook.xml")),
    "pptx": Kind(f"{OFFICE}presentationml.presentation", _packs("ppt/presentation.xml")),
    "doc": Kind("application/msword", WORD),
    "xls": Kind("application/vnd.ms-excel", SHEET),
    "wps": Kind("application/wps-office.wps", WORD),
    "et": Kind("application/wps-office.et", SHEET),
    "csv": Kind("text/csv", _is_text),
    "txt": Kind("text/plain", _is_text),
    "zip": Kind("application/zip", _is_archive),
}
"""By the ending of the name. It decides which program opens the file, so it has to agree with the content."""

SHOWN = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp", "application/pdf"})
"""What a browser may show by itself."""


def file_name(sent: str) -> str:
    """A name as people read it: no folder, nothing invisible or that turns its letters round; its ending is kept."""
    last = re.split(r"[/\\]", sent)[-1]
    plain = "".join(char for char in last if unicodedata.category(char)[0] != "C").strip(" .")
    if len(plain) <= NAME:
        return plain
    stem, dot, ending = plain.rpartition(".")
    return f"{stem[: NAME - len(ending) - 1]}{dot}{ending}"[:NAME]


def content_type(name: str, content: bytes) -> str:
    """What a file of this name and content is. Raises `Refused`: it is nothing that is taken, or not what it says."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if ending not in KINDS:
        raise Refused(N_("Files of this kind are not taken. Send one of: %(kinds)s."), kinds="、".join(KINDS))
    if not content:
        raise Refused(N_("The file is empty. Look into it, then send it again."))
    if len(content) > LARGEST:
        raise Refused(
            N_("The file is larger than %(most)s MB. Make it smaller, or send it in parts."), most=LARGEST // MEGABYTE
        )
    if not KINDS[ending].fits(content):
        raise Refused(
            N_("The file is not what its name says: .%(ending)s. Save it anew with its program, then send it."),
            ending=ending,
        )
    return KINDS[ending].content_type
