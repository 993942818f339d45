"""Production does not start on what only a demo may have."""

import pytest
from sqlalchemy import create_engine, update

import config
from app import factory
from models.base import Model, User
from models.door import system_session

SETTINGS = {
    "HUYING_ENV": "production",
    "HUYING_SECRET_KEY": "kx7-Qm2v9Tz4Lw8Bn5Rj1Hd6Yp3Fs0Gc",
    "HUYING_RECORDER_KEY": "Zq4-Vn8c2Xb6Ml1Kj9Hg5Fd3Sa7Po0Iu",
}


@pytest.fixture
def production(tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path / 'production.sqlite'}"
    for name, value in {**SETTINGS, "HUYING_DATABASE_URL": url, "HUYING_DATA_DIR": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    config.settings.cache_clear()
    engine = create_engine(url)
    Model.metadata.create_all(engine)
    with system_session(engine) as session, session.begin():
        session.add(User(username="luoyang", first_name="", last_name="", email="luoyang@example.org", active=True))
    yield engine
    engine.dispose()
    config.settings.cache_clear()


@pytest.mark.long
def test_a_demo_account_that_can_sign_in_stops_the_start(production):
    with pytest.raises(config.CannotDo, match="luoyang"):
        factory.create_app(TESTING=True)


def test_one_that_was_deactivated_does_not(production):
    with system_session(production) as session, session.begin():
        session.execute(update(User).values(active=False))
    assert factory.create_app(TESTING=True).config["SESSION_COOKIE_SECURE"] is True
