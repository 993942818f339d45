"""The files of a data directory: with the backup, held against their checksums, thrown away with the demo."""

import shutil

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.pool import NullPool

import run
from app import database
from models import recorder
from models.door import system_session
from models.files import Attachment
from models.organisation import Unit, UnitType
from models.rules.files import keep_file
from models.store import Store
from tests.app.conftest import RECORDER_KEY, reading
from tests.make import NOW, Make

PDF = b"%PDF-1.7 a document"


@pytest.fixture
def kept(demo):
    """The keys of two files that a township of the demo has sent."""
    recorder.use_key(RECORDER_KEY)
    with system_session(create_engine(demo.database_url, poolclass=NullPool)) as session:
        town = session.scalars(select(Unit).where(Unit.unit_type == UnitType.township)).first()
        actor = Make(session).actor(town)
        files = [keep_file(session, Store(demo.files), f"{n}.pdf", PDF, actor, NOW) for n in range(2)]
        session.commit()
        return [file.key for file in files]


def rows(settings):
    with system_session(create_engine(settings.database_url, poolclass=NullPool)) as session:
        return session.scalars(select(Attachment).order_by(Attachment.id)).all()


def test_a_sound_file_passes_and_one_that_is_gone_or_changed_is_named(demo, kept, capsys):
    *_, first, second = (file.id for file in rows(demo))
    assert run.main(["verify"]) == 0
    store = Store(demo.files)
    store.path(kept[0]).unlink()
    store.path(kept[1]).write_bytes(PDF + b"!")
    capsys.readouterr()
    assert run.main(["verify"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"attachment {first}: its file is missing",
        f"attachment {second}: its file differs from its checksum",
    ]


def test_a_small_picture_that_is_gone_is_named(demo, capsys):
    photo = next(file for file in rows(demo) if file.thumbnail_key)
    Store(demo.files).path(photo.thumbnail_key).unlink()
    assert run.main(["verify"]) == 1
    assert capsys.readouterr().out.splitlines() == [f"attachment {photo.id}: its small picture is missing"]


def test_many_files_that_are_gone_are_counted(demo, kept, capsys, monkeypatch):
    monkeypatch.setattr("app.commands.NAMED", 1)
    shutil.rmtree(demo.files)
    assert run.main(["verify"]) == 1
    named, counted = capsys.readouterr().out.splitlines()
    assert named.endswith("its file is missing")
    assert counted == f"attachment: {len(rows(demo)) - 1} more files"


def test_files_are_backed_up_and_restored_with_their_rows(demo, kept, tmp_path):
    assert run.main(["backup", str(tmp_path / "backup.tar")]) == 0
    with reading(tmp_path / "there") as there:
        assert run.main(["restore", str(tmp_path / "backup.tar")]) == 0
        assert [Store(there.files).path(key).read_bytes() for key in kept] == [PDF, PDF]
        assert [file.key for file in rows(there)] == [file.key for file in rows(demo)]
        assert run.main(["verify"]) == 0


def test_a_file_that_is_swept_away_meanwhile_does_not_spoil_the_backup(demo, kept, tmp_path, monkeypatch):
    lost = Store(demo.files).path(Store(demo.files).put(b"of nobody"))
    listed = database._files

    def then_swept(*arguments, **options):
        found = listed(*arguments, **options)
        lost.unlink()
        return found

    monkeypatch.setattr(database, "_files", then_swept)
    manifest = database.backup(demo, tmp_path / "backup.tar")
    assert {name.rpartition("/")[2] for name in manifest["sha256"] if name.startswith("files/")} == {
        key for file in rows(demo) for key in (file.key, file.thumbnail_key) if key
    }


def test_the_files_of_a_demo_are_thrown_away_with_it(demo, kept):
    database.throw_away(demo)
    assert not demo.files.exists()
    assert not demo.sqlite_path.exists()
