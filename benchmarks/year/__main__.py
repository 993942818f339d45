"""`python -m benchmarks.year [CALLS [sqlite|postgresql]]`: one JSON line; status 1 if anything was amiss."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.__main__ import postgresql, sqlite

CALLS = 20_000


def main() -> int:
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else CALLS
    database = {"sqlite": sqlite, "postgresql": postgresql}[sys.argv[2] if len(sys.argv) > 2 else "sqlite"]
    with tempfile.TemporaryDirectory(prefix="hy", dir="/tmp") as folder, database(Path(folder)) as url:
        os.environ |= {"HUYING_DATABASE_URL": url, "HUYING_DATA_DIR": folder}
        from app.database import upgrade
        from benchmarks.year.simulation import Year
        from config import settings
        from jobs import runner
        from models.recorder import use_key

        upgrade(url)
        use_key(settings().recorder_key)
        started = time.perf_counter()
        told = Year(runner.engine(), calls).run()
        print(json.dumps(told | {"minutes": round((time.perf_counter() - started) / 60, 1)}), flush=True)
        runner.engine().dispose()
    return int(bool(told["missed"] or told["doubled"] or told["overdue"] or told["audit_findings"]))


if __name__ == "__main__":
    sys.exit(main())
