"""The moments at which tests happen."""

from datetime import UTC, datetime, timedelta

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""Monday, 09:00 in China: working time."""

SOON = NOW + timedelta(days=3)
"""What departments promise, when a test does not care. A Thursday, 09:00."""

ASKED = NOW + timedelta(days=2)
"""When every request comes, in tests of pages and programs: their clock stands still."""
