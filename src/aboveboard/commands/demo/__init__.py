"""``aboveboard demo``: an instance with made-up people, on which the story is played."""

from __future__ import annotations

import argparse
import csv
import os
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path

from aboveboard.commands.progress import ProgressBar

NAME = "demo"
HELP = (
    "Create an instance with made-up customers, act out a lost laptop and a leaked file, and "
    "serve it."
)
EXAMPLE = """\
aboveboard demo
aboveboard demo --home demo-data --port 8001
aboveboard demo --customers customers.csv     \
(with the columns of the sample file; use only made-up people)"""

NEEDS_INSTANCE = False
MADE = "demo.made"
PEOPLE = 3_000
ON_THE_LAPTOP = 1_200


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--port", type=int, default=8000, help="the port to serve on (default: %(default)s)"
    )
    parser.add_argument(
        "--people",
        type=int,
        default=PEOPLE,
        help="how many made-up customers (default: %(default)s)",
    )
    parser.add_argument("--customers", type=Path, help="a file of customers to use instead")
    parser.add_argument("--no-serve", action="store_true", help="create the demo, then stop")


def run(args: argparse.Namespace) -> int:
    """Make the demo if it is not there, then serve it."""
    from aboveboard.commands.demo.shop import Shop
    from aboveboard.commands.instance import serve
    from aboveboard.delivery import catcher

    catcher.check_installed()  # before the minute that the story takes
    home = Path(getattr(args, "home", "demo-data")).resolve()
    serve.check_port("127.0.0.1", args.port)
    shop_port = _shop_port(args.port)
    # In the environment, as the instance may have been made with another port.
    os.environ.setdefault("ABOVEBOARD_WEBSITE_ORIGINS", f"http://127.0.0.1:{shop_port}")
    if not (home / MADE).is_file():
        _make(home, args)
    else:
        _start(home, args.port)
    from aboveboard.keys.log_signing import sequence_now

    _print_links(args.port, shop_port)
    # Nothing sequences before the server's worker runs, and the first page would say that entries
    # wait.
    sequence_now()  # the links have ledger entries too
    if args.no_serve:
        return 0
    shop = Shop(privacy=f"http://127.0.0.1:{args.port}", port=shop_port)
    try:
        return serve.run(
            argparse.Namespace(host="127.0.0.1", port=args.port, processes=1, no_worker=False)
        )
    finally:
        shop.close()


def _make(home: Path, args: argparse.Namespace) -> None:
    from aboveboard.basics.errors import Conflict
    from aboveboard.commands.demo.people import write
    from aboveboard.commands.instance import init

    if home.exists() and any(home.iterdir()):
        raise Conflict(
            why=(
                f"{home} holds an unfinished demo, or something else; delete it, then run this "
                "again"
            )
        )
    began = time.perf_counter()
    print(f"Creating a demo with made-up people in {home}.", flush=True)
    options = argparse.Namespace(
        name="Adventure Works",
        contact="privacy@adventure-works.example",
        origin=f"http://127.0.0.1:{args.port}",
        postgres=None,
        # A port of its own: two demonstrations, or a catcher that runs already, must not get each
        # other's mail.
        mail=f"smtp://127.0.0.1:{_free_port()}",
        promise=None,
    )
    init.make(home, options, extra="\n[demo]\nenabled = true\n")
    from aboveboard.keys.demonstration import mark_as_demonstration

    mark_as_demonstration()
    file = args.customers or home / "customers.csv"
    if not args.customers:
        write(file, args.people)
    _play(file, args)
    # Last of all: a demonstration that was stopped half-way is refused and not shown.
    (home / MADE).write_text("The story was played to the end.\n")
    print(f"Ready in {time.perf_counter() - began:.0f} seconds.", flush=True)


def _play(file: Path, args: argparse.Namespace) -> None:
    from aboveboard.basics import clock, settings
    from aboveboard.commands.demo import story as stories
    from aboveboard.commands.demo import systems
    from aboveboard.commands.instance import serve
    from aboveboard.keys.log_signing import sequence_now

    with file.open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    story = stories.DemoStory(clock.now(), rows)
    laptop = min(ON_THE_LAPTOP, len(rows))
    story.promise()
    with _bar("Sealing customers", len(rows) + 1) as done:
        story.protect(file, done)
    with _bar("Choices", min(40, len(rows) // 3)) as done:
        story.choose(done)
    with _bar("Uses", 120) as done:
        story.use(done)
    with _bar("An export on a laptop", laptop) as done:
        story.export(laptop, stories.exports_folder(), done)
    systems.connect(settings.current().home, rows, at=story.now)
    sequence_now()
    print("Losing the laptop and finding the leaked file …", flush=True)
    story.lose()
    story.leak()
    batch = story.write_notices(story.lost, stories.MEASURES)
    story.write_notices(story.leaked, stories.LEAK_MEASURES)
    caught = serve.catch_mail(settings.current())
    with _bar("Notifying everyone on the laptop", story.approve(batch)) as done:
        story.send(done)
    if caught:
        caught.stop()
    sequence_now()


def _bar(title: str, total: int) -> ProgressBar:
    return ProgressBar(title, total, quiet=not sys.stderr.isatty())


def _start(home: Path, port: int) -> None:
    """Start Django on a demo that was made before, perhaps for another port: links
    must lead to this one."""
    from aboveboard.basics import settings
    from aboveboard.commands.instance import init, schema

    # In the environment, since the settings file says the port that it was made for.
    os.environ.setdefault("ABOVEBOARD_SERVER_ORIGIN", f"http://127.0.0.1:{port}")
    init.start(home)
    schema.check_file(settings.current())


def _print_links(port: int, shop_port: int) -> None:
    from aboveboard.accounts.actions import customer_account, make_link
    from aboveboard.accounts.queries import staff
    from aboveboard.basics import clock
    from aboveboard.basics.actor import SYSTEM
    from aboveboard.commands.demo.people import people as made_up
    from aboveboard.vault import queries as vault

    at, origin = clock.now(), f"http://127.0.0.1:{port}"
    # The customer whom the story is about.
    number = next(made_up(1))["customer_id"]
    customers = vault.find("customer_number", number)
    people = [("a customer", customer_account(person_id, at=at).pk) for person_id in customers]
    people += [(member.role_in_words, member.id) for member in staff() if member.is_active]
    print("\nSign in with these links. Each works once, for 12 hours:")
    for who, account_id in people:
        print(f"  {who:<16} {origin}{make_link(account_id, by=SYSTEM, at=at, demo=True)}")
    print(
        f"\nAnyone:            {origin}/trust/\nMail that was sent: {origin}/demo/mail\n"
        f"A shop with the consent panel: http://127.0.0.1:{shop_port}/\n",
        flush=True,
    )


def _shop_port(port: int) -> int:
    """The port after the pages' own, or any other where that is taken."""
    with suppress(OSError, OverflowError):
        return _free_port(port + 1)
    return _free_port()


def _free_port(wanted: int = 0) -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", wanted))
        return int(probe.getsockname()[1])
