"""``aboveboard doctor``: check the instance, and say line by line what is well and what to do about
the rest."""

from __future__ import annotations

import argparse
import json
import stat
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from aboveboard.basics import clock, settings
from aboveboard.basics.errors import AboveboardError
from aboveboard.commands import exits, limits
from aboveboard.commands.instance import rows, surroundings
from aboveboard.commands.instance.surroundings import ACT, OK, WARN, HealthCheck

NAME = "doctor"
# It starts Django itself: what keeps the instance from starting is the first thing to tell.
NEEDS_INSTANCE = False
HELP = "Check the instance: what is well, what to keep an eye on and what to act on."
EXAMPLE = """\
aboveboard doctor --home our-instance
aboveboard doctor --json     (for monitoring; exit code 1 if you must act on something)"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--json", action="store_true", help="print the checks as JSON")


def run(args: argparse.Namespace) -> int:
    """Check everything; exit code 1 if something must be acted on."""
    checks = list(run_checks())
    if args.json:
        print(json.dumps([asdict(check) for check in checks], indent=1, ensure_ascii=False))
    else:
        for check in checks:
            print(
                f"{check.verdict:<5} {check.name}: {check.message}"
                + (f"\n      → {check.step}" if check.step else "")
            )
    return exits.ATTENTION if any(check.verdict == ACT for check in checks) else exits.DONE


def run_checks() -> Iterator[HealthCheck]:
    """Yield each check; one that fails unforeseen is itself something to act on.

    Where the database does not answer, what is in it is not checked.
    """
    current = settings.current()
    yield HealthCheck("settings", OK, f"read from {current.path(settings.FILE_NAME)}")
    database = _run_check("database", _database, current)
    yield database
    for name, check in CHECKS.items():
        # Each of these would wait for the database's own time-out again, and say the same.
        if database.verdict == OK or name not in _IN_THE_DATABASE:
            yield _run_check(name, check, current)


def _run_check(
    name: str, check: Callable[[settings.Settings], HealthCheck], current: settings.Settings
) -> HealthCheck:
    try:
        return check(current)
    except AboveboardError as error:
        return HealthCheck(name, ACT, error.message, error.step)
    except Exception as error:
        return HealthCheck(
            name,
            ACT,
            # The type alone: the text of an unforeseen error may quote personal data.
            f"this could not be checked ({type(error).__name__})",
            "Mend what is listed above first.",
        )


def _database(current: settings.Settings) -> HealthCheck:
    from aboveboard.commands.instance import schema
    from aboveboard.commands.main import start_django

    schema.check_file(current)
    # Django refuses to start without a secret key, and so would every check after this one.
    if not current.path("signing.key").is_file():
        return HealthCheck(
            "database",
            ACT,
            "it was not checked: nothing starts without signing.key",
            "See the check of the keys.",
        )
    start_django()
    if waiting := schema.pending_migrations():
        return HealthCheck(
            "database",
            ACT,
            f"it answers, but {len(waiting)} changes are waiting",
            "Start it again, or run: aboveboard upgrade",
        )
    return HealthCheck(
        "database", OK, f"{urlsplit(current.database.url).scheme} answers and is up to date"
    )


def _files(current: settings.Settings) -> HealthCheck:
    """Keys are for the instance's own user (invariant: a root key never leaves its place)."""
    for name in ("root.key", "signing.key", settings.FILE_NAME):
        kind, _, place = current.keys.root.partition(":")
        if name == "root.key" and kind != "file":
            continue  # it is kept elsewhere: whether it opens anything is the next check
        file = current.path(place if name == "root.key" else name)
        if not file.is_file():
            return HealthCheck(
                "keys", ACT, f"{file.name} is not there", _PUT_BACK.get(name, "").format(file=file)
            )
        # 0o077: any right of the group or of others. The key opens every record there is.
        if stat.S_IMODE(file.stat().st_mode) & 0o077:
            return HealthCheck(
                "keys",
                ACT,
                f"other users of this machine can read {file.name}",
                f"Run: chmod 600 {file}",
            )
    return HealthCheck("keys", OK, "the keys are there, and only their owner can read them")


_PUT_BACK: Final = {
    "root.key": "Put your copy back. Do not make a new one: it would open nothing.",
    "signing.key": (
        "Put your copy back. If there is none, make a new one, which signs everyone out: "
        "(umask 077; openssl rand -hex 32 > {file})"
    ),
}


def _root_key(current: settings.Settings) -> HealthCheck:
    """The provider is asked now, whatever this process holds; then what a rotation or a move has
    left half done is named."""
    from aboveboard.keys import ring
    from aboveboard.keys.queries import check_root_key, other_providers
    from aboveboard.keys.rotation import progress

    # Keys that this process still holds would open records long after the provider has gone.
    ring.forget()
    check_root_key()
    if left := progress.unfinished():
        step = (
            "Run its command again to finish it: aboveboard keys rotate, rotate-person --all or "
            "rotate-index."
        )
        return HealthCheck(
            "root key",
            WARN,
            f"the rotation ({left.kind}) of {left.begun_at:%Y-%m-%d} is not finished",
            step,
        )
    if others := other_providers():
        step = "When every process has the new keys.root, run: aboveboard keys finish-move"
        return HealthCheck("root key", WARN, f"{others[0]} can open the records too", step)
    return HealthCheck(
        "root key", OK, f"it opens the keys in this database ({ring.provider().name})"
    )


def _demonstration(current: settings.Settings) -> HealthCheck:
    from aboveboard.keys import demonstration

    demonstration.check()
    if demonstration.is_demonstration():
        return HealthCheck(
            "demonstration",
            WARN,
            "this is a demonstration: anybody may read its mail",
            "Put no real person's data into it.",
        )
    return HealthCheck("demonstration", OK, "this is no demonstration")


def _promise(current: settings.Settings) -> HealthCheck:
    from aboveboard.promise.queries import in_force, problems_today

    adopted = in_force()
    if problems := problems_today():
        return HealthCheck(
            "promise",
            WARN,
            f"version {adopted.serial} has {len(problems)} problems under today's rules",
            "Run: aboveboard promise check",
        )
    return HealthCheck(
        "promise",
        OK,
        f"version {adopted.serial} has been in force since {adopted.adopted_at:%Y-%m-%d}",
    )


def _ledger(current: settings.Settings) -> HealthCheck:
    from aboveboard.keys.log_signing import check_published
    from aboveboard.ledger import queries

    # First: where the published log and the database differ, how much waits does not matter.
    check_published()
    waiting = queries.count_waiting()
    if waiting > limits.LEDGER_WAITING:
        return HealthCheck(
            "ledger",
            ACT,
            f"{waiting:,} entries are not in the tree yet",
            "Start a worker: aboveboard worker",
        )
    if waiting:
        return HealthCheck(
            "ledger",
            WARN,
            f"{queries.size():,} entries, {waiting:,} not in the tree yet",
            "A running worker adds them within a second.",
        )
    return HealthCheck("ledger", OK, f"{queries.size():,} entries, all in the tree")


def _witnesses(current: settings.Settings) -> HealthCheck:
    from aboveboard.ledger.witnessing import witness_states

    known = witness_states()
    if not known:
        return HealthCheck("witnesses", OK, "none are set up: nobody outside cosigns the log")
    wrong = [witness for witness in known if witness.problem]
    # A witness that refuses has seen another log under our name, or a shorter one: that is an
    # attack or a wrong restore, and never an outage.
    if any(witness.refuses for witness in wrong):
        message = " ".join(witness.problem for witness in wrong if witness.refuses)
        return HealthCheck(
            "witnesses",
            ACT,
            message,
            (
                "Keep the log, the database and its copies as they are, and find out which log is "
                "genuine."
            ),
        )
    if wrong:
        return HealthCheck(
            "witnesses",
            WARN,
            " ".join(witness.problem for witness in wrong),
            "The log goes on. Ask the people who run the witness.",
        )
    if unasked := [witness.name for witness in known if witness.asked_at is None]:
        return HealthCheck(
            "witnesses",
            WARN,
            f"{', '.join(unasked)}: not asked yet",
            "Start a worker: aboveboard worker",
        )
    return HealthCheck(
        "witnesses",
        OK,
        ", ".join(f"{witness.name} cosigned at {witness.size:,} entries" for witness in known),
    )


def _waiting(current: settings.Settings) -> HealthCheck:
    from aboveboard.outbox import queries

    failed, age = queries.failed(limit=1), queries.oldest_age(clock.now())
    if failed:
        return HealthCheck(
            "work",
            WARN,
            f"a job of kind {failed[0].kind} failed and will not be tried again",
            "Find the reason in the worker's log, then run it again.",
        )
    if age is not None and age > timedelta(minutes=5):
        return HealthCheck(
            "work",
            ACT,
            f"work has been waiting for {age.total_seconds() / 60:.0f} minutes",
            "Start a worker: aboveboard worker",
        )
    return HealthCheck("work", OK, "no work is waiting for long")


def _records(current: settings.Settings) -> HealthCheck:
    from aboveboard.vault.queries import records_to_migrate

    if count := records_to_migrate():
        return HealthCheck(
            "records",
            WARN,
            f"{count:,} records are of an earlier format: which fields they hold, how long each is "
            "and where it comes from is in the clear",
            "While everyone goes on, run: aboveboard keys rotate-person --all",
        )
    return HealthCheck("records", OK, "all are of the format that shows nothing without a key")


def _backup(current: settings.Settings) -> HealthCheck:
    from aboveboard.recovery import queries

    if waits := queries.unfinished():
        message = (
            f"a backup of {waits.made_at:%Y-%m-%d %H:%M} UTC was restored, and what was erased "
            "since is not repeated yet"
        )
        return HealthCheck(
            "backup",
            ACT,
            message,
            (
                "Nothing is served until then. Run: aboveboard restore --resume --home "
                f"{current.home} --log LOG"
            ),
        )
    last = queries.last_backup()
    if last is None:
        return HealthCheck(
            "backup", WARN, "there is no backup", "Make one every night: aboveboard backup DIR"
        )
    age = clock.now() - last.made_at
    message = f"{last.name} was made {age.total_seconds() / 3600:.0f} hours ago"
    if age > limits.BACKUP_AGE:
        return HealthCheck("backup", WARN, message, "Make one every night: aboveboard backup DIR")
    return HealthCheck("backup", OK, message)


def _leftovers(_: settings.Settings) -> HealthCheck:
    """What a killed count left is deleted here and not only listed: it is about strangers too."""
    from aboveboard.incidents.leaks import staging

    gone = staging.delete_expired(at=clock.now())
    done = f"{gone} leftovers of a killed process were deleted" if gone else "nothing is left over"
    return HealthCheck("leaked files", OK, done)


def _passwords(current: settings.Settings) -> HealthCheck:
    from aboveboard.credentials.queries import breached_list

    here = breached_list()
    service = current.passwords.range_service
    if here.exists:
        state = here.state()
        message = f"{state.entries:,} leaked ones are known, as of {state.newest:%Y-%m-%d}"
        if clock.now() - state.newest > limits.BREACHED_LIST_AGE:
            return HealthCheck(
                "passwords",
                WARN,
                message,
                "Fetch what is new, and run: aboveboard passwords update FOLDER",
            )
        return HealthCheck("passwords", OK, message)
    if service:
        return HealthCheck("passwords", OK, "leaked ones are asked for at the range service")
    return HealthCheck(
        "passwords",
        WARN,
        "there is no list of leaked passwords, so a new one is not held against them",
        "Build it: aboveboard passwords build. See docs/how-to/keep-passwords-strong.md",
    )


CHECKS: Final[dict[str, Callable[[settings.Settings], HealthCheck]]] = {
    "keys": _files,
    "root key": _root_key,
    "demonstration": _demonstration,
    "promise": _promise,
    "rows": rows.check_rows,
    "ledger": _ledger,
    "witnesses": _witnesses,
    "work": _waiting,
    "records": _records,
    "backup": _backup,
    "leaked files": _leftovers,
    "passwords": _passwords,
    "mail": surroundings.check_mail,
    "provider": surroundings.check_provider,
    "texts": surroundings.check_texts,
    "disk": surroundings.check_disk,
    "transport": surroundings.check_transport,
    "proxy": surroundings.check_proxy,
}
_IN_THE_DATABASE: Final = (
    "root key",
    "demonstration",
    "promise",
    "rows",
    "ledger",
    "witnesses",
    "work",
    "records",
    "backup",
    "leaked files",
)
