"""A file is what its content says, and its name must say the same; what could run is not taken."""

import io
import struct
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.contents import KINDS, LARGEST, NAME, SHOWN, content_type, file_name
from models.workflow import Refused


def packed(*names, body=b"<x/>"):
    """An archive with these members."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(zipfile.ZipInfo(name, date_time=(2026, 11, 23, 9, 0, 0)), body)
    return file.getvalue()


def compound(stream):
    """The beginning of an older office document, and one entry of its directory."""
    entry = stream.encode("utf-16-le").ljust(64, b"\0") + struct.pack("<H", 2 * len(stream) + 2)
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\0") + entry.ljust(128, b"\0")


TYPES = "[Content_Types].xml"
SAMPLES = {
    "jpg": b"\xff\xd8\xff\xe0\x00\x10JFIF",
    "jpeg": b"\xff\xd8\xff\xe1\x00\x10Exif",
    "png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "gif": b"GIF89a\x01\0\x01\0",
    "webp": b"RIFF\x10\0\0\0WEBPVP8 ",
    "pdf": b"%PDF-1.7\n",
    "docx": packed(TYPES, "word/document.xml"),
    "xlsx": packed(TYPES, "xl/workbook.xml"),
    "pptx": packed(TYPES, "ppt/presentation.xml"),
    "doc": compound("WordDocument"),
    "xls": compound("Workbook"),
    "wps": compound("WordDocument"),
    "et": compound("Book"),
    "csv": "\ufeff编码,事项\n1,占道经营\n".encode(),
    "txt": "占道经营，两次劝阻。\n".encode("gb18030"),
    "zip": packed("照片/1.jpg"),
}
ALIKE = [{"jpg", "jpeg"}, {"doc", "wps"}, {"xls", "et"}, {"csv", "txt"}]
"""Endings that stand for the same content. An archive with office parts is an archive, too."""


def test_there_is_a_sample_of_each_kind():
    assert SAMPLES.keys() == KINDS.keys()
    assert {kind.content_type for kind in KINDS.values()} >= SHOWN


@pytest.mark.parametrize("ending", KINDS)
def test_each_kind_is_taken_under_its_own_ending(ending):
    for name in (f"附件.{ending}", f"附件.{ending.upper()}", f"a.b.{ending}"):
        assert content_type(name, SAMPLES[ending]) == KINDS[ending].content_type


@pytest.mark.parametrize("ending", KINDS)
def test_no_other_kind_passes_under_its_ending(ending):
    passed = set()
    for other, content in SAMPLES.items():
        with suppress(Refused):
            content_type(f"附件.{ending}", content)
            passed.add(other)
    same = next((names for names in ALIKE if ending in names), {ending})
    assert passed == (same if ending != "zip" else {"zip", "docx", "xlsx", "pptx"})


@pytest.mark.parametrize("name", ["run.exe", "page.html", "drawing.svg", "macro.docm", "a.pdf.exe", "pdf", "", "x."])
def test_other_endings_are_refused_and_those_that_are_taken_named(name):
    with pytest.raises(Refused) as refused:
        content_type(name, SAMPLES["pdf"])
    assert "docx" in refused.value.details["kinds"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.txt", b"<!DOCTYPE html><script>alert(1)</script>"),
        ("page.csv", b"\xef\xbb\xbf \n<HTML>"),
        ("drawing.txt", b"<?xml version='1.0'?><svg onload='x'/>"),
        ("script.txt", b"#!/bin/sh\nrm -rf /"),
        ("program.txt", b"MZ\x90\0\x03\0\0\0"),
        ("program.zip", b"MZ" + packed("a.txt")),
        ("picture.zip", SAMPLES["jpg"] + packed("a.txt")),
        ("page.pdf", b"<html>%PDF-1.7"),
        ("program.doc", b"MZ\x90\0"),
        ("installer.doc", compound("Property")),
        ("macros.docx", packed(TYPES, "word/document.xml", "word/vbaProject.bin")),
        ("archive.docx", packed("word/document.xml")),
        ("broken.zip", packed("a.txt")[:-10]),
        ("broken.docx", packed(TYPES, "word/document.xml")[:40]),
        ("wide.txt", "占道经营".encode("utf-16")),
        ("nothing.txt", b"text with a NUL\0"),
        ("half.txt", "占道".encode() + b"\xff"),
    ],
)
def test_what_is_in_it_must_be_what_the_name_says(name, content):
    with pytest.raises(Refused, match="not what its name says") as refused:
        content_type(name, content)
    assert refused.value.details == {"ending": name.rpartition(".")[2]}


def test_nothing_and_too_much_are_refused():
    with pytest.raises(Refused, match="empty"):
        content_type("a.txt", b"")
    assert content_type("a.pdf", b"%PDF-".ljust(LARGEST, b"x")) == "application/pdf"
    with pytest.raises(Refused, match="larger than") as refused:
        content_type("a.pdf", b"%PDF-".ljust(LARGEST + 1, b"x"))
    assert refused.value.details == {"most": 20}


@given(st.sampled_from([*KINDS]), st.sampled_from([*SAMPLES.values()]), st.integers(0, 400), st.binary(max_size=30))
def test_a_damaged_file_is_taken_or_refused_and_breaks_nothing(ending, content, place, damage):
    content = content[:place] + damage + content[place + len(damage) :]
    with suppress(Refused):
        assert content_type(f"x.{ending}", content) == KINDS[ending].content_type


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("施工图 (终稿).pdf", "施工图 (终稿).pdf"),
        ("C:\\办公\\图.pdf", "图.pdf"),
        ("../../etc/图.pdf", "图.pdf"),
        ("发票\u202efdp.exe", "发票fdp.exe"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie: x.pdf"),
        ("半\ud800.pdf", "半.pdf"),
        (" .pdf. ", "pdf"),
        ("", ""),
        ("图" * 300 + ".pdf", "图" * 196 + ".pdf"),
        ("x" * 300, "x" * NAME),
    ],
)
def test_a_name_is_kept_as_people_read_it(sent, kept):
    assert file_name(sent) == kept
