"""Photos: turned upright, small, without what the camera wrote; its time and place are kept as fields."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from PIL import Image

from models.rules.files import keep_file
from models.rules.photos import LONGEST, SMALL, photo_of
from models.store import Store
from models.workflow import Refused
from tests.make import NOW
from tests.models.test_contents import SAMPLES
from tests.pictures import PLACE, bomb, photo, picture_of

FORMS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
TAKEN = "2026:11:23 08:15:30"


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "files")


def kept_of(content, form="JPEG"):
    return photo_of(content, FORMS[form])


@pytest.mark.requirement("TC-49")
@pytest.mark.parametrize("form", FORMS)
def test_nothing_that_the_camera_wrote_stays_in_the_file(form):
    sent = photo(form, taken=TAKEN, **PLACE)
    assert b"SecretMaker" in sent
    kept = kept_of(sent, form)
    for content in (kept.content, kept.thumbnail):
        assert b"SecretMaker" not in content
        assert b"Exif" not in content
        assert dict(picture_of(content).getexif()) == {}
    assert picture_of(kept.content).format == form
    assert picture_of(kept.thumbnail).format == "JPEG"


def test_comments_and_texts_go_too():
    assert b"SecretNote" not in kept_of(photo(comment=b"SecretNote")).content
    assert b"SecretNote" not in kept_of(photo("PNG", icc_profile=b"SecretNote"), "PNG").content


@pytest.mark.parametrize("form", FORMS)
def test_a_photo_that_was_taken_upright_is_kept_upright(form):
    kept = picture_of(kept_of(photo(form, (400, 300), turned=6), form).content).convert("RGB")
    assert kept.size == (300, 400)
    (red, _, under), (over, _, blue) = kept.getpixel((150, 20)), kept.getpixel((150, 380))
    assert red > 200 > 60 > under
    assert blue > 200 > 60 > over


def test_what_is_kept_and_shown_small_has_a_longest_side():
    kept = kept_of(photo(size=(4000, 1000)))
    assert (picture_of(kept.content).size, picture_of(kept.thumbnail).size) == ((LONGEST, 640), (SMALL, 80))
    small = kept_of(photo(size=(100, 50)))
    assert (picture_of(small.content).size, picture_of(small.thumbnail).size) == ((100, 50), (100, 50))


def test_what_can_be_seen_through_stays_so_and_is_white_when_small(tmp_path):
    Image.new("RGBA", (40, 40), (0, 0, 0, 0)).save(tmp_path / "x.png")
    kept = kept_of((tmp_path / "x.png").read_bytes(), "PNG")
    assert picture_of(kept.content).getpixel((5, 5))[3] == 0
    assert min(picture_of(kept.thumbnail).getpixel((5, 5))) > 250


@pytest.mark.parametrize(
    ("told", "moment"),
    [
        ({"taken": TAKEN}, datetime(2026, 11, 23, 0, 15, 30, tzinfo=UTC)),
        ({"taken": TAKEN, "zone": "+09:00"}, datetime(2026, 11, 22, 23, 15, 30, tzinfo=UTC)),
        ({"taken": TAKEN, "zone": "nonsense"}, datetime(2026, 11, 23, 0, 15, 30, tzinfo=UTC)),
        ({"taken": "0000:00:00 00:00:00"}, None),
        ({"taken": "0001:01:01 00:00:00"}, None),
        ({"taken": "yesterday"}, None),
        ({}, None),
    ],
)
@pytest.mark.requirement("TC-49")
def test_the_moment_is_read_in_the_zone_that_it_names_and_else_in_the_countys(told, moment):
    assert kept_of(photo(**told)).taken_at == moment


@pytest.mark.parametrize(
    ("told", "place"),
    [
        (PLACE, ("31.620139", "119.675000")),
        (PLACE | {"refs": "SW"}, ("-31.620139", "-119.675000")),
        (PLACE | {"latitude": (91, 0, 0)}, (None, None)),
        (PLACE | {"longitude": (180, 0, 1)}, (None, None)),
        (PLACE | {"longitude": (119, 40)}, (None, None)),
        ({}, (None, None)),
    ],
)
@pytest.mark.requirement("TC-49")
def test_the_place_is_kept_as_degrees_or_not_at_all(told, place):
    kept = kept_of(photo(**told))
    assert (kept.latitude, kept.longitude) == tuple(part and Decimal(part) for part in place)


def test_a_place_that_divides_by_nothing_is_none():
    sent = photo(**PLACE).replace((31).to_bytes(4, "big") + (1).to_bytes(4, "big"), bytes(8))
    sent = sent.replace((31).to_bytes(4, "little") + (1).to_bytes(4, "little"), bytes(8))
    assert kept_of(sent).latitude is None


@pytest.mark.requirement("TC-49")
@pytest.mark.parametrize(("size", "reason"), [((8001, 8000), "64 million points"), ((30_000, 30_000), "too large")])
def test_a_small_file_that_would_unfold_without_end_is_refused(size, reason):
    with pytest.raises(Refused) as refused:
        kept_of(bomb(*size), "PNG")
    assert reason in str(refused.value) % refused.value.details


@pytest.mark.parametrize("content", [photo()[:200], SAMPLES["jpg"], photo()[:-2000]])
def test_a_damaged_picture_is_refused(content):
    with pytest.raises(Refused, match="damaged"):
        kept_of(content)


def test_what_is_no_photo_is_left_as_it_is():
    for ending in ("pdf", "docx", "xlsx", "gif"):
        assert photo_of(SAMPLES[ending], "application/pdf") is None


@pytest.mark.databases
def test_a_photo_is_told_of_by_its_row_and_kept_beside_its_small_picture(acting, make, store, session):
    theirs, actor = acting(make.township())
    file = keep_file(theirs, store, "河道.JPG", photo(taken=TAKEN, **PLACE), actor, NOW)
    theirs.commit()
    session.expire_all()
    content = store.path(file.key).read_bytes()
    assert (file.size, store.fault(file.key, file.sha256)) == (len(content), None)
    assert b"SecretMaker" not in content
    assert (file.latitude, file.longitude) == (Decimal("31.620139"), Decimal("119.675"))
    assert file.taken_at == datetime(2026, 11, 23, 0, 15, 30, tzinfo=UTC)
    assert max(picture_of(store.path(file.thumbnail_key).read_bytes()).size) == SMALL
    document = keep_file(theirs, store, "文.pdf", b"%PDF-1.7", actor, NOW)
    assert (document.thumbnail_key, document.taken_at, document.latitude) == (None, None, None)
