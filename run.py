"""The commands: `python run.py COMMAND --help` tells more of each."""

from __future__ import annotations

import argparse
import getpass
import json
import logging
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

NEEDED = ("alembic", "flask_appbuilder", "flask_babel", "gunicorn", "python_calamine", "rq", "sqlalchemy", "xlsxwriter")
"""Some of the packages that `make` installs: a Python that lacks one of them is not the one that it set up."""


def take_the_right_python() -> None:
    """Begin again with the Python in `.venv`, where this one lacks packages. Ends with a sentence if that has none."""
    if all(map(find_spec, NEEDED)):
        return
    folder = Path(__file__).resolve().parent / ".venv"
    theirs = folder / "bin" / "python"
    if not theirs.exists() or Path(sys.prefix).resolve() == folder.resolve():
        sys.exit("The packages that this needs are not installed: run `make run` first.")
    os.execv(theirs, [str(theirs), *sys.argv])


if __name__ == "__main__":
    take_the_right_python()  # first: an older Python would not even read the next line

from config import CannotDo, problems, refuse_faults, settings  # noqa: E402

Command = Callable[[argparse.Namespace], int | None]


def main(words: Sequence[str] | None = None) -> int:
    """Do what the words say; the exit code."""
    asked = parser().parse_args(words)
    os.umask(0o077)  # whatever we write is for its owner alone
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for chatty in ("alembic.runtime.plugins", "flask_appbuilder"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    try:
        return asked.do(asked) or 0
    except (CannotDo, OSError) as error:
        print(error, file=sys.stderr)
        return 1


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="run.py", description="Huying, the county's console.")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def command(name: str, do: Command, what: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=what, description=what)
        added.set_defaults(do=do)
        return added

    command("up", up, "Start everything on this machine; Ctrl-C ends it.")
    web_ = command("web", web, "Answer browsers and programs, in production behind a proxy that speaks HTTPS.")
    web_.add_argument("--bind", metavar="ADDRESS:PORT", help="default: 127.0.0.1 and PORT")
    web_.add_argument("--workers", type=int, default=2, help="processes; default: 2")
    web_.add_argument("--threads", type=int, default=4, help="threads of each; default: 4")
    command("worker", worker, "Do what waits in the queues.").add_argument(
        "queue", nargs="?", help="default: every one"
    )
    command("scheduler", scheduler, "Say once a minute that it is time to look what is due.")
    sweep_ = command("sweep", sweep, "Do now what is due; print what was done as JSON.")
    sweep_.add_argument("--at", type=moment, metavar="ISO", help="as of this moment, in Shanghai if it names no zone")
    command("migrate", migrate, "Bring tables and permissions up to date.")
    demo_ = command("demo", demo, "Fill an empty database with the demo county.")
    demo_.add_argument("--anew", action="store_true", help="throw the embedded database away first")
    verify_ = command("verify", verify, "Check the recorder's chains, and each row against them; print the heads.")
    verify_.add_argument("--kept", type=Path, metavar="FILE", help="heads that it printed on an earlier day")
    command("backup", backup, "Write database and files to a tar.").add_argument("file", type=Path)
    command("restore", restore, "Put a backup back where nothing is yet.").add_argument("file", type=Path)
    admin = command("create-admin", create_admin, "Add an administrator; asks for the password.")
    admin.add_argument("username")
    admin.add_argument("--email", required=True)
    command("check-config", check_config, "Name every setting that stands in the way of a start.")
    import_ = command("import", import_file, "Read rows from a file or a folder of files, all of them or none.")
    import_.add_argument("resource")
    import_.add_argument("file", type=Path)
    import_.add_argument("--as", dest="unit", metavar="UNITCODE", help="the unit in whose name the rows are written")
    import_.add_argument("--dry-run", action="store_true", help="say what would happen, and change nothing")
    export = command("export", export_file, "Write rows to a file.")
    export.add_argument("resource")
    export.add_argument("file", type=Path)
    return parser


def moment(text: str) -> datetime:
    """An ISO moment; one without a zone is Shanghai's."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=ZoneInfo("Asia/Shanghai"))


def up(asked: argparse.Namespace) -> None:
    from app import launcher

    launcher.up(settings())


def web(asked: argparse.Namespace) -> None:
    from app import launcher

    refuse_faults(settings())
    settings().data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    bind = asked.bind or f"{launcher.HOST}:{settings().port}"
    command = launcher.web_command(settings(), bind=bind, workers=asked.workers, threads=asked.threads)
    os.execv(command[0], command)


def worker(asked: argparse.Namespace) -> None:
    refuse_faults(settings())
    if asked.queue:
        from jobs import worker

        worker.main(asked.queue)
    else:
        from app import launcher

        launcher.workers()


def scheduler(asked: argparse.Namespace) -> None:
    from jobs import scheduler

    refuse_faults(settings())
    scheduler.main()


def sweep(asked: argparse.Namespace) -> None:
    with redirect_stdout(sys.stderr):  # whoever reads the result reads nothing else
        from app import commands

        done = commands.sweep(asked.at)
    _print(done)


def migrate(asked: argparse.Namespace) -> None:
    from app import database

    database.migrate(settings())


def demo(asked: argparse.Namespace) -> None:
    if asked.anew:
        from app import database

        database.throw_away(settings())
        database.migrate(settings())
    from app import commands

    commands.demo()


def verify(asked: argparse.Namespace) -> int:
    from app import commands

    return commands.verify(asked.kept)


def backup(asked: argparse.Namespace) -> None:
    from app import database

    manifest = database.backup(settings(), asked.file)
    print(f"{asked.file}: {sum(manifest['rows'].values())} rows, {len(manifest['sha256'])} files")


def restore(asked: argparse.Namespace) -> None:
    from app import database

    manifest = database.restore(settings(), asked.file)
    print(f"{settings().data_dir}: as of {manifest['made_at']}, {sum(manifest['rows'].values())} rows")


def create_admin(asked: argparse.Namespace) -> None:
    from app import commands

    password = getpass.getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    commands.create_admin(asked.username, asked.email, password)


def check_config(asked: argparse.Namespace) -> int:
    found = problems(settings())
    print("\n".join(found or ["Nothing stands in the way of a start."]))
    return 1 if found else 0


def import_file(asked: argparse.Namespace) -> None:
    from app import commands

    _print(commands.import_file(asked.resource, asked.file, asked.dry_run, asked.unit))


def export_file(asked: argparse.Namespace) -> None:
    from app import commands

    _print(commands.export_file(asked.resource, asked.file))


def _print(done: Any) -> None:
    print(json.dumps(done, ensure_ascii=False, default=str))


if __name__ == "__main__":
    sys.exit(main())
