import json
import os
import stat
import subprocess
import sys
from dataclasses import replace
from urllib.parse import unquote, urlsplit

import pytest

import config
from config import ROOT, CannotDo, problems, read

STRONG = {
    "HUYING_SECRET_KEY": "kV9x2Lq7Zt4Rb8Wn1Yc6Hd3Jf5Mg0Ps-",
    "HUYING_RECORDER_KEY": "Ue7Ty2Ri9Op4As6Df1Gh8Jk3Lz5Xc0Vb-",
}


@pytest.fixture
def demo(tmp_path):
    return {"HUYING_DATA_DIR": str(tmp_path)}


@pytest.fixture
def production(tmp_path):
    return {"HUYING_ENV": "production", "HUYING_DATA_DIR": str(tmp_path), **STRONG}


def test_without_any_setting_it_is_a_demo_on_an_embedded_database(demo, tmp_path):
    settings = read(demo)
    assert (settings.env, settings.port) == ("demo", 8080)
    assert settings.database_url == f"sqlite:///{tmp_path}/huying.sqlite"
    assert settings.redis_socket == tmp_path / "redis.sock"
    assert problems(settings) == []


def test_the_default_data_directory_lies_beside_the_code():
    assert read({"HUYING_ENV": "production"}).data_dir == ROOT / "instance"


def test_the_demo_makes_up_its_secrets_once(demo, tmp_path):
    first, second = read(demo), read(demo)
    assert first == second
    assert len({first.secret_key, first.recorder_key, first.demo_password}) == 3
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


def test_processes_that_start_at_once_agree_on_the_secrets(tmp_path):
    code = "import config; print(config.settings().secret_key)"
    environ = {**os.environ, "HUYING_ENV": "demo", "HUYING_DATA_DIR": str(tmp_path / "new"), "HUYING_SECRET_KEY": ""}
    started = [
        subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environ, stdout=subprocess.PIPE) for _ in range(6)
    ]
    assert len({process.communicate()[0] for process in started}) == 1


def test_a_secret_that_is_given_wins_and_the_others_are_made_up(demo, tmp_path):
    settings = read({**demo, "HUYING_DEMO_PASSWORD": "open-sesame"})
    assert settings.demo_password == "open-sesame"
    assert settings.secret_key == json.loads((tmp_path / "secrets.json").read_text())["secret_key"]


def test_production_makes_up_nothing(production, tmp_path):
    settings = read({"HUYING_ENV": "production", "HUYING_DATA_DIR": str(tmp_path)})
    assert (settings.secret_key, settings.recorder_key, settings.demo_password) == ("", "", None)
    assert list(tmp_path.iterdir()) == []


def test_production_with_two_strong_keys_may_start(production):
    assert problems(read(production)) == []


@pytest.mark.parametrize(
    ("environ", "found"),
    [
        ({"HUYING_SECRET_KEY": ""}, "HUYING_SECRET_KEY is not set."),
        ({"HUYING_SECRET_KEY": "kV9x2Lq7Zt4Rb8Wn1Yc6Hd3Jf5Mg0Ps"}, "HUYING_SECRET_KEY is shorter than 32 bytes."),
        ({"HUYING_SECRET_KEY": "change-me-change-me-change-me-now"}, "HUYING_SECRET_KEY is well known or easily"),
        ({"HUYING_SECRET_KEY": "ab" * 32}, "HUYING_SECRET_KEY is well known or easily guessed."),
        ({"HUYING_RECORDER_KEY": ""}, "HUYING_RECORDER_KEY is not set."),
        ({"HUYING_RECORDER_KEY": STRONG["HUYING_SECRET_KEY"]}, "HUYING_SECRET_KEY and HUYING_RECORDER_KEY must differ"),
        ({"HUYING_DEMO_PASSWORD": "open-sesame"}, "HUYING_DEMO_PASSWORD is set"),
        ({"FLASK_DEBUG": "1"}, "FLASK_DEBUG is on"),
        ({"HUYING_DATABASE_URL": "mysql://localhost/huying"}, "HUYING_DATABASE_URL must name"),
        ({"HUYING_DATABASE_URL": "sqlite:///:memory:"}, "HUYING_DATABASE_URL must name"),
        ({"HUYING_REDIS_URL": "http://localhost"}, "HUYING_REDIS_URL must begin"),
        ({"HUYING_SMTP_HOST": "mail.example.org"}, "HUYING_MAIL_FROM"),
    ],
)
def test_production_names_what_is_wrong(production, environ, found):
    (sentence,) = problems(read({**production, **environ}))
    assert found in sentence


def test_all_faults_are_told_together(tmp_path):
    settings = read({"HUYING_ENV": "production", "HUYING_DATA_DIR": str(tmp_path), "FLASK_DEBUG": "1"})
    assert len(problems(settings)) == 3


@pytest.mark.parametrize(
    "environ",
    [
        {"HUYING_ENV": "prod"},
        {"PORT": "http"},
        {"PORT": "0"},
        {"PORT": "65536"},
        {"HUYING_SMTP_PORT": "-25"},
        {"FLASK_DEBUG": "x"},
    ],
)
def test_a_setting_that_means_nothing_is_named(demo, environ):
    (name,) = environ
    with pytest.raises(CannotDo, match=name):
        read({**demo, **environ})


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_way_to_write_postgresql_means_the_driver_that_is_installed(demo, scheme):
    settings = read({**demo, "HUYING_DATABASE_URL": f"{scheme}://user@host/huying"})
    assert settings.database_url == "postgresql+psycopg://user@host/huying"
    assert settings.sqlite_path is None


def test_a_relative_database_file_is_the_same_file_from_every_folder(demo, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert read({**demo, "HUYING_DATABASE_URL": "sqlite:///here.sqlite"}).sqlite_path == tmp_path / "here.sqlite"


def test_a_redis_of_ones_own_is_not_embedded(demo):
    assert read({**demo, "HUYING_REDIS_URL": "redis://localhost:6379/0"}).redis_socket is None


def test_a_data_directory_too_long_for_a_socket_gets_a_short_one_that_every_process_finds(tmp_path):
    deep = {"HUYING_DATA_DIR": str(tmp_path / ("呼" * 60))}
    socket = read(deep).redis_socket
    assert len(os.fsencode(socket)) <= config.SOCKET_PATH_LIMIT
    assert socket == read(deep).redis_socket != read({"HUYING_DATA_DIR": str(tmp_path / ("应" * 60))}).redis_socket


def test_the_socket_survives_a_data_directory_with_signs_that_mean_something_in_an_address(tmp_path):
    settings = read({"HUYING_DATA_DIR": str(tmp_path / "呼应 50%")})
    assert unquote(urlsplit(settings.redis_url).path) == str(settings.redis_socket)


def test_the_two_signing_keys_differ_and_follow_the_secret(demo):
    one, other = read({**demo, **STRONG}), read({**demo, **STRONG, "HUYING_SECRET_KEY": "x" * 40})
    keys = [
        config.flask_config(settings)[name] for settings in (one, other) for name in ("SECRET_KEY", "JWT_SECRET_KEY")
    ]
    assert len(set(keys)) == 4


def test_cookies_are_for_https_alone_in_production(demo, production):
    assert config.flask_config(read(production))["SESSION_COOKIE_SECURE"] is True
    assert config.flask_config(read(demo))["SESSION_COOKIE_SECURE"] is False


def test_a_server_is_asked_whether_it_is_still_there(demo):
    settings = read(demo)
    server = replace(settings, database_url="postgresql+psycopg://host/huying")
    assert config.flask_config(server)["SQLALCHEMY_ENGINE_OPTIONS"]["pool_pre_ping"]
    assert config.flask_config(settings)["SQLALCHEMY_ENGINE_OPTIONS"].keys() == {"query_cache_size"}
