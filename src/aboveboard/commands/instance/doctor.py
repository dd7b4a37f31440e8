"""``aboveboard doctor``: look at the instance and say, line by line, what is well and what
to do about the rest."""

from __future__ import annotations

import argparse
import json
import shutil
import socket
import stat
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from aboveboard.basics import clock, settings
from aboveboard.basics.errors import AboveboardError
from aboveboard.commands import exits, limits

NAME = "doctor"
# It starts Django itself: what keeps the instance from starting is the first thing to tell.
NEEDS_INSTANCE = False
HELP = "Look at the instance and say what is well, what to look at and what to act on."
EXAMPLE = """\
aboveboard doctor --home our-instance
aboveboard doctor --json     (for monitoring; exit code 1 when something must be acted on)"""

OK: Final = "ok"
LOOK: Final = "look"
ACT: Final = "act"
_MAIL_PATIENCE: Final = 3.0
_PORTS: Final = {"smtp": 25, "smtp+tls": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: ``verdict`` is ok, look or act; ``step`` is what
    to do, empty when ok."""

    name: str
    verdict: str
    said: str
    step: str = ""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--json", action="store_true", help="print the checks as JSON")


def run(args: argparse.Namespace) -> int:
    """Check everything; exit code 1 if something must be acted on."""
    checks = list(examine())
    if args.json:
        print(json.dumps([asdict(check) for check in checks], indent=1, ensure_ascii=False))
    else:
        for check in checks:
            print(
                f"{check.verdict:<5} {check.name}: {check.said}"
                + (f"\n      → {check.step}" if check.step else "")
            )
    return exits.LOOK if any(check.verdict == ACT for check in checks) else exits.DONE


def examine() -> Iterator[Check]:
    """Yield each check; one that fails unforeseen is itself something to act on.

    Without a database that answers, what is in it is not looked at.
    """
    current = settings.current()
    yield Check("settings", OK, f"read from {current.path(settings.FILE_NAME)}")
    database = _looked_at("database", _database, current)
    yield database
    for name, check in CHECKS.items():
        if database.verdict == OK or name not in _IN_THE_DATABASE:
            yield _looked_at(name, check, current)


def _looked_at(
    name: str, check: Callable[[settings.Settings], Check], current: settings.Settings
) -> Check:
    try:
        return check(current)
    except AboveboardError as error:
        return Check(name, ACT, error.message, error.next_step.format(**error.details))
    except Exception as error:
        return Check(
            name,
            ACT,
            f"this could not be looked at ({type(error).__name__})",
            "Mend what is named above first.",
        )


def _database(current: settings.Settings) -> Check:
    from aboveboard.commands.instance import schema
    from aboveboard.commands.main import start_django

    schema.check_file(current)
    if not current.path("signing.key").is_file():
        return Check(
            "database",
            ACT,
            "it was not looked at: nothing starts without signing.key",
            "Mend what is said of the keys.",
        )
    start_django()
    if waiting := schema.pending():
        return Check(
            "database",
            ACT,
            f"it answers, but {len(waiting)} changes wait",
            "Make a backup, then run: aboveboard migrate",
        )
    return Check(
        "database", OK, f"{urlsplit(current.database.url).scheme} answers and is up to date"
    )


def _files(current: settings.Settings) -> Check:
    """Keys are for the instance's own user (invariant: a root key never leaves its place)."""
    for name in ("root.key", "signing.key", settings.FILE_NAME):
        kind, _, place = current.keys.root.partition(":")
        if name == "root.key" and kind != "file":
            continue  # somebody else keeps it: whether it opens is the next check
        file = current.path(place if name == "root.key" else name)
        if not file.is_file():
            return Check(
                "keys", ACT, f"{file.name} is not there", _PUT_BACK.get(name, "").format(file=file)
            )
        if stat.S_IMODE(file.stat().st_mode) & 0o077:
            return Check(
                "keys",
                ACT,
                f"other users of this machine can read {file.name}",
                f"Run: chmod 600 {file}",
            )
    return Check("keys", OK, "present, and readable by their owner alone")


_PUT_BACK: Final = {
    "root.key": "Put it back from safekeeping. Never make a new one: it would open nothing.",
    "signing.key": (
        "Put it back from its copy. A new one only signs everybody out: (umask 077; openssl rand "
        "-hex 32 > {file})"
    ),
}


def _root_key(current: settings.Settings) -> Check:
    """The provider is asked now, whatever this process holds; then what a rotation or a move has
    left half done is named."""
    from aboveboard.keys import ring
    from aboveboard.keys.queries import check_root_key, other_providers
    from aboveboard.keys.rotation import progress

    ring.forget()
    check_root_key()
    if left := progress.unfinished():
        step = (
            "Go on with it: run its command again (aboveboard keys rotate, rotate-person --all, or "
            "rotate-index)."
        )
        return Check(
            "root key",
            LOOK,
            f"a rotation ({left.kind}) that began on {left.begun_at:%Y-%m-%d} has not ended",
            step,
        )
    if others := other_providers():
        step = "When every process has the new keys.root, run: aboveboard keys finish-move"
        return Check("root key", LOOK, f"{others[0]} can open the records too", step)
    return Check("root key", OK, f"it opens what this database holds ({ring.provider().name})")


def _promise(current: settings.Settings) -> Check:
    from aboveboard.promise.queries import in_force, problems_today

    adopted = in_force()
    if problems := problems_today():
        return Check(
            "promise",
            LOOK,
            f"version {adopted.serial} has {len(problems)} problems by today's rules",
            "Run: aboveboard promise check",
        )
    return Check(
        "promise", OK, f"version {adopted.serial} is in force since {adopted.adopted_at:%Y-%m-%d}"
    )


def _ledger(current: settings.Settings) -> Check:
    from aboveboard.keys.log_signing import check_published
    from aboveboard.ledger import queries

    check_published()
    waiting = queries.waiting()
    if waiting > limits.LEDGER_WAITING:
        return Check(
            "ledger",
            ACT,
            f"{waiting:,} entries are not in the tree yet",
            "Start a worker: aboveboard worker",
        )
    if waiting:
        return Check(
            "ledger",
            LOOK,
            f"{queries.size():,} entries, {waiting:,} not in the tree yet",
            "They are within a second of a worker running.",
        )
    return Check("ledger", OK, f"{queries.size():,} entries, all in the tree")


def _witnesses(current: settings.Settings) -> Check:
    from aboveboard.ledger.witnessing import witness_states

    known = witness_states()
    if not known:
        return Check("witnesses", OK, "none are set: nobody outside cosigns the log")
    wrong = [one for one in known if one.problem]
    if any(one.refuses for one in wrong):
        said = " ".join(one.problem for one in wrong if one.refuses)
        return Check(
            "witnesses",
            ACT,
            said,
            (
                "Keep the log, the database and its copies as they are, and find out which log is "
                "the true one."
            ),
        )
    if wrong:
        return Check(
            "witnesses",
            LOOK,
            " ".join(one.problem for one in wrong),
            "The log goes on. Ask whoever runs the witness.",
        )
    if unasked := [one.name for one in known if one.asked_at is None]:
        return Check(
            "witnesses",
            LOOK,
            f"{', '.join(unasked)}: not asked yet",
            "Start a worker: aboveboard worker",
        )
    return Check(
        "witnesses", OK, ", ".join(f"{one.name} cosigned at {one.size:,} entries" for one in known)
    )


def _waiting(current: settings.Settings) -> Check:
    from aboveboard.outbox import queries

    failed, age = queries.failed(limit=1), queries.oldest_age(clock.now())
    if failed:
        return Check(
            "work",
            LOOK,
            f"a message or job of kind {failed[0].kind} was given up",
            "See the log for why, then try it again.",
        )
    if age is not None and age > timedelta(minutes=5):
        return Check(
            "work",
            ACT,
            f"something has waited for {age.total_seconds() / 60:.0f} minutes",
            "Start a worker: aboveboard worker",
        )
    return Check("work", OK, "nothing waits that should not")


def _mail(current: settings.Settings) -> Check:
    parts = urlsplit(current.mail.url)
    host, port = parts.hostname or "localhost", parts.port or _PORTS[parts.scheme]
    try:
        with socket.create_connection((host, port), timeout=_MAIL_PATIENCE):
            return Check("mail", OK, f"the mail server at {host}:{port} answers")
    except OSError:
        said = f"the mail server at {host}:{port} does not answer"
        return Check(
            "mail", LOOK, said, "Notices wait until it does. Check mail.url, or start the server."
        )


def _disk(current: settings.Settings) -> Check:
    free = shutil.disk_usage(current.home).free
    said = f"{free / 1e9:.1f} GB free where the instance is"
    if free < limits.DISK_LEAST_BYTES:
        return Check(
            "disk",
            ACT,
            said,
            "Make room: when it is full, no use can be written down and nothing is released.",
        )
    return Check("disk", OK, said)


def _transport(current: settings.Settings) -> Check:
    origin = urlsplit(current.server.origin)
    if origin.scheme == "https" or origin.hostname in ("127.0.0.1", "localhost"):
        return Check("transport", OK, f"people come to {current.server.origin}")
    step = "Put a TLS proxy in front and set server.origin to its https: address."
    return Check(
        "transport", ACT, f"people come to {current.server.origin} without encryption", step
    )


def _backup(current: settings.Settings) -> Check:
    from aboveboard.recovery import queries

    if waits := queries.unfinished():
        said = (
            f"a backup of {waits.made_at:%Y-%m-%d %H:%M} UTC was put back, and what was "
            "erased since is not repeated"
        )
        return Check(
            "backup",
            ACT,
            said,
            (
                f"Nothing serves before that: aboveboard restore --resume --home {current.home} "
                "--log LOG"
            ),
        )
    last = queries.last_backup()
    if last is None:
        return Check(
            "backup", LOOK, "no backup was ever made", "Make one every night: aboveboard backup DIR"
        )
    age = clock.now() - last.made_at
    said = f"{last.name} was made {age.total_seconds() / 3600:.0f} hours ago"
    if age > limits.BACKUP_AGE:
        return Check("backup", LOOK, said, "Make one every night: aboveboard backup DIR")
    return Check("backup", OK, said)


CHECKS: Final[dict[str, Callable[[settings.Settings], Check]]] = {
    "keys": _files,
    "root key": _root_key,
    "promise": _promise,
    "ledger": _ledger,
    "witnesses": _witnesses,
    "work": _waiting,
    "backup": _backup,
    "mail": _mail,
    "disk": _disk,
    "transport": _transport,
}
_IN_THE_DATABASE: Final = ("root key", "promise", "ledger", "witnesses", "work", "backup")
