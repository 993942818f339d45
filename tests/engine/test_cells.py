"""Days and moments as programs store them and people write them."""

from datetime import date, datetime
from types import SimpleNamespace

import pytest

from app.engine.cells import _moment

WIDE = {ord(char): ord(char) + 0xFEE0 for char in "0123456789/:"} | {ord(" "): 0x3000}
"""As an input method for Chinese writes them."""
MOMENT, DAY = SimpleNamespace(kind="moment", until=False), SimpleNamespace(kind="day", until=False)
LIMIT = SimpleNamespace(kind="moment", until=True)


@pytest.mark.parametrize(
    ("cell", "means"),
    [
        ("2023/5/1 8:30", "2023-05-01T08:30:00"),
        ("2023-05-01 08:30:15", "2023-05-01T08:30:15"),
        ("2023.5.1 8:30", "2023-05-01T08:30:00"),
        ("2023年5月1日 8时30分", "2023-05-01T08:30:00"),
        ("2023年5月1日8时30分20秒", "2023-05-01T08:30:20"),
        ("2023年5月1日 8点", "2023-05-01T08:00:00"),
        ("2023/5/1 8:30".translate(WIDE), "2023-05-01T08:30:00"),
        ("2023/5/1 下午3:20", "2023-05-01T15:20:00"),
        ("2023/5/1 上午12:05", "2023-05-01T00:05:00"),
        ("2023/5/1 12:05 PM", "2023-05-01T12:05:00"),
        ("2023-05-01T08:30:00+08:00", "2023-05-01T08:30:00+08:00"),
        ("2023-05-01T00:30:00Z", "2023-05-01T00:30:00+00:00"),
        ("2023-05-01T00:30:00.250Z", "2023-05-01T00:30:00+00:00"),
        ("2023/5/1 8:30 +0800", "2023-05-01T08:30:00+08:00"),
        ("2023/5/1 8:30 UTC+8", "2023-05-01T08:30:00+08:00"),
        ("2023/5/1 8:30 北京时间", "2023-05-01T08:30:00+08:00"),
        ("20230501", "2023-05-01T00:00:00"),
        ("20230501083015", "2023-05-01T08:30:15"),
        (20230501.0, "2023-05-01T00:00:00"),
        ("2023/5/1", "2023-05-01T00:00:00"),
        ("2023年5月1日", "2023-05-01T00:00:00"),
        (date(2023, 5, 1), "2023-05-01T00:00:00"),
        (datetime(2023, 5, 1, 8, 30), "2023-05-01T08:30:00"),  # noqa: DTZ001
        (45047, "2023-05-01T00:00:00"),
        (45047 + 8.5 / 24, "2023-05-01T08:30:00"),
    ],
)
def test_a_moment_is_understood_however_it_is_written(cell, means):
    text = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
    assert _moment(MOMENT, cell, text) == means
    assert _moment(DAY, cell, text) == means[:10]


@pytest.mark.parametrize("kind", [MOMENT, DAY])
@pytest.mark.parametrize(
    "said", ["昨天", "2023-05-01 8:30 CST", "1/5/2023", "2023年5月", "2023/5/1 早", "202305010", "7", "Tomorrow"]
)
def test_what_may_mean_several_things_stays_as_it_is_and_is_refused_later(said, kind):
    assert _moment(kind, said, said) == said


@pytest.mark.parametrize(
    ("cell", "means"),
    [
        ("2023年5月1日", "2023-05-01T23:59:00"),
        (date(2023, 5, 1), "2023-05-01T23:59:00"),
        (datetime(2023, 5, 1), "2023-05-01T23:59:00"),  # noqa: DTZ001
        (45047, "2023-05-01T23:59:00"),
        ("2023/5/1 17:30", "2023-05-01T17:30:00"),
        ("2023-05-01T00:00:00Z", "2023-05-01T00:00:00+00:00"),
    ],
)
def test_a_limit_that_is_a_day_lasts_until_its_end(cell, means):
    assert _moment(LIMIT, cell, str(cell)) == means
