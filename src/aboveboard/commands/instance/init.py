"""``aboveboard init``: create an instance, a folder with its settings, keys and database."""

from __future__ import annotations

import argparse
import json
import os
import secrets
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import aboveboard
from aboveboard.basics import settings
from aboveboard.basics.errors import Conflict
from aboveboard.commands import exits

NAME = "init"
HELP = "Create an instance: a folder with its settings, keys and database."
EXAMPLE = """\
aboveboard init our-instance --name "Adventure Works" --contact privacy@example.org
aboveboard init our-instance --promise promise.yaml --origin https://data.example.org
aboveboard init our-instance --postgres postgresql://user:password@localhost:5432/aboveboard"""
NEEDS_INSTANCE = False

TEMPLATE = Path(__file__).with_name("aboveboard.toml")
KEY_FILES = ("root.key", "signing.key")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="the folder to create")
    parser.add_argument(
        "--name", default="Our organisation", help="your organisation's name, as customers know it"
    )
    parser.add_argument(
        "--contact",
        default="privacy@localhost",
        help="the e-mail address for questions about personal data",
    )
    parser.add_argument(
        "--origin",
        default="http://127.0.0.1:8000",
        help="the address at which people reach the instance",
    )
    parser.add_argument(
        "--postgres", metavar="URL", help="use a PostgreSQL database instead of a file"
    )
    parser.add_argument(
        "--mail",
        metavar="URL",
        default="smtp://127.0.0.1:1025",
        help="the mail server for notices (default: %(default)s)",
    )
    parser.add_argument(
        "--passphrase",
        action="store_true",
        help="protect the root key with a passphrase (asked for, or from ABOVEBOARD_PASSPHRASE)",
    )
    parser.add_argument(
        "--promise", type=Path, metavar="FILE", help="a promise file to check and adopt"
    )


def run(args: argparse.Namespace) -> int:
    """Make the instance; nothing of it stays behind when something is wrong."""
    folder: Path = args.folder.resolve()
    make(folder, args)
    print(f"Created an instance in {args.folder}.")
    print(
        f"Copy {args.folder / 'root.key'} and {args.folder / 'signing.key'} to a safe place, away "
        "from the database."
    )
    print(
        "Never lose root.key: without it, no record can ever be read again. Without signing.key, "
        "everyone is signed out."
    )
    print(f"Next, run: aboveboard serve --home {args.folder}")
    return exits.DONE


def make(folder: Path, args: argparse.Namespace, *, extra: str = "") -> None:
    """Write settings and keys, make the database, adopt the promise; Django runs with this instance
    afterwards.

    ``extra`` is put at the end of ``aboveboard.toml``.

    Raises:
        Conflict: there is an instance already, or its keys.
        WrongSetting: one of the arguments is not what a setting may be.
        PromiseRefused: the promise has problems.
        DatabaseAway: the database cannot be reached.
    """
    for name in (settings.FILE_NAME, *KEY_FILES):
        if (folder / name).exists():
            raise Conflict(
                why=(
                    f"{folder} already has {name}, and a key that is overwritten is lost with all "
                    "it protects"
                )
            )
    # Everything that can be refused is refused before the first file is written.
    promise = _checked(args.promise) if args.promise else None
    sealed_with = _sealing() if getattr(args, "passphrase", False) else str
    existed = folder.exists()
    # What lay in the folder before is the operator's and stays, whatever goes wrong below.
    before = set(folder.iterdir()) if existed else set()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        _write(folder / settings.FILE_NAME, settings_text(args) + extra)
        # 32 bytes from the system's own source of randomness: AES-256 for the root key, and more
        # than Django asks of its secret.
        for name in KEY_FILES:
            _write(
                folder / name,
                sealed_with(secrets.token_hex(32) + "\n")
                if name == "root.key"
                else secrets.token_hex(32) + "\n",
            )
        start(folder)
        from aboveboard.commands.instance import schema

        # Nothing but this makes the file: Django opens only what is there, so that a lost database
        # is an error and not an empty instance.
        if (file := schema.database_file(settings.current())) and not file.exists():
            _write(file, "")
        schema.migrate()
        _authenticate()
        if promise is not None:
            _adopt(promise, args.promise.name)
        _publish()
    # Ctrl-C too: a half-made instance would be refused by the next try, and its keys protect
    # nothing yet.
    except BaseException:
        for path in set(folder.iterdir()) - before:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        if not existed:
            folder.rmdir()
        raise


def _sealing() -> Callable[[str], str]:
    """Return what seals the root key, with a passphrase from the environment or typed twice.

    Raises:
        Invalid: too short, typed in two ways, or there is no terminal to ask at.
    """
    from getpass import getpass

    from aboveboard.basics.errors import Invalid
    from aboveboard.keys.providers import passphrase

    if passphrase.VARIABLE in os.environ:
        first = again = os.environ[passphrase.VARIABLE]
    elif sys.stdin.isatty():
        first, again = getpass("Passphrase for the root key: "), getpass("Type it again: ")
    else:
        raise Invalid(
            found="no passphrase was given",
            fix=f"Set {passphrase.VARIABLE}, or run the command in a terminal.",
        )
    if wrong := passphrase.passphrase_problem(first, again):
        raise Invalid(
            found=f"this passphrase cannot be used. {wrong}".rstrip("."),
            fix="Use several words.",
        )
    # Never as an argument: other users of the machine can read those.
    os.environ[passphrase.VARIABLE] = first  # this process goes on to open the instance
    return lambda text: passphrase.seal(text, first)


def settings_text(args: argparse.Namespace) -> str:
    """Return the text of ``aboveboard.toml``. JSON strings are TOML strings, so nothing can
    break out of its quotes."""
    try:
        host = urlsplit(args.origin).hostname
    except ValueError:  # "http://[": reading the settings says what is expected
        host = None
    values = {
        "name": args.name,
        "contact": args.contact,
        "database": args.postgres or "sqlite:aboveboard.sqlite3",
        "origin": args.origin.rstrip("/"),
        "log": f"{host or 'localhost'}/log",
        "mail": args.mail,
    }
    return TEMPLATE.read_text("utf-8").format(
        **{name: json.dumps(value, ensure_ascii=False) for name, value in values.items()}
    )


def _write(file: Path, text: str) -> None:
    # O_EXCL, so that a key is never written over, and the mode at once, so that nobody can open it
    # in between.
    with os.fdopen(
        os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as opened:
        opened.write(text)


def start(folder: Path) -> None:
    """Start Django with the instance in ``folder``."""
    from aboveboard.commands.main import start_django

    os.environ[settings.HOME_VARIABLE] = str(folder)
    # This process may have read the settings of another folder, or of none.
    settings.current.cache_clear()
    start_django()


def _checked(file: Path) -> str:
    from aboveboard.basics.errors import Invalid
    from aboveboard.promise.loading import load

    if not file.is_file():
        raise Invalid(found=f"there is no file {file}", fix="Check the path.")
    source = file.read_text("utf-8")
    load(source, name=file.name)
    return source


def _authenticate() -> None:
    """Write into the log that every row of this instance has had its MAC from the beginning, so
    that none is ever given one afterwards."""
    from aboveboard.basics import clock
    from aboveboard.basics.actor import SYSTEM
    from aboveboard.recovery.upgrading import authenticate_rows
    from aboveboard.recovery.versions import record_first_version

    authenticate_rows(by=SYSTEM, at=clock.now())
    record_first_version(aboveboard.__version__, at=clock.now())


def _publish() -> None:
    """Put what was written into the tree, so that the log is there from the beginning."""
    from aboveboard.keys.log_signing import sequence_now

    sequence_now()


def _adopt(source: str, name: str) -> None:
    from aboveboard.basics import clock
    from aboveboard.basics.actor import SYSTEM
    from aboveboard.promise.actions import adopt_promise

    adopt_promise(source, name=name, by=SYSTEM, at=clock.now())
