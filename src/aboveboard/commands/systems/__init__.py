"""``aboveboard systems``: the organisation's other systems: connecting, testing and asking them."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.errors import Invalid
from aboveboard.commands.exits import ATTENTION, DONE
from aboveboard.commands.systems import starting

if TYPE_CHECKING:
    from aboveboard.connectors.contract import Connector, Identifier
    from aboveboard.connectors.queries import SystemRecord

NAME = "systems"
HELP = "Connect the organisation's other systems, test them, and look for a person in them."
EXAMPLE = """\
aboveboard systems propose postgresql://aboveboard@db.internal/shop --password env:SHOP_PASSWORD
aboveboard systems add shop.yaml
aboveboard systems test shop
aboveboard systems list
aboveboard systems show shop
aboveboard systems find --email jane@example.org
aboveboard systems catalogue
aboveboard systems catalogue stripe --declaration > stripe.yaml
aboveboard systems import-fides shop_config.yml --key shop > shop.yaml
aboveboard systems remove shop"""

_KEY_HELP = "the name of the system in its declaration"
_STATES = {None: "never tested", True: "works", False: "does not work"}


def needs_instance(args: argparse.Namespace) -> bool:
    """A proposal is made from another database, the catalogue or a file alone, and written
    nowhere."""
    return str(args.what) not in ("propose", *starting.WITHOUT_INSTANCE)


NEEDS_INSTANCE = needs_instance


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    below = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    add = below.add_parser("add", help="connect a system, or replace its declaration")
    add.add_argument("file", type=Path, help="the declaration (YAML)")
    listed = below.add_parser("list", help="list the connected systems and what their tests said")
    for what, sentence in (
        ("show", "print the declaration of a system"),
        ("test", "test whether a system can be reached and may be read"),
        ("remove", "disconnect a system; nobody is looked for in it any more"),
    ):
        command = below.add_parser(what, help=sentence)
        command.add_argument("key", help=_KEY_HELP)
        if what == "test":
            command.add_argument("--json", action="store_true", help="print JSON")
    find = below.add_parser(
        "find", help="say which systems hold a person, and how many records an erasure would take"
    )
    find.add_argument("--email", help="their e-mail address")
    find.add_argument("--phone", help="their phone number, with its country code")
    find.add_argument("--customer-number", help="their customer number")
    find.add_argument("--system", metavar="KEY", help="ask this system alone")
    propose = below.add_parser("propose", help="write a declaration of a database to begin with")
    propose.add_argument("url", help="its address, without a password")
    propose.add_argument("--key", help=f"{_KEY_HELP} (default: that of the database)")
    propose.add_argument("--password", metavar="REFERENCE", help="where its password is")
    propose.add_argument("--schema", default="", help="the schema of its tables")
    propose.add_argument(
        "--tls", choices=("verify", "require", "off"), default="", help="how it is reached"
    )
    starting.configure(below)
    listed.add_argument("--json", action="store_true", help="print JSON")
    find.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Do it. Exit codes: 0 done, 1 a system does not work, 2 a declaration has problems, 3 no such
    system."""
    from aboveboard.connectors.declaration import DeclarationRefused

    try:
        return _VERBS[args.what](args)
    except DeclarationRefused as refused:
        for problem in refused.problems:
            place = f"{problem.file}:{problem.line}:{problem.column}"
            print(f"{place}: {problem.code}\n  {problem.message}\n  {problem.fix}", file=sys.stderr)
        raise


def _add(args: argparse.Namespace) -> int:
    from aboveboard.connectors import actions, queries

    try:
        source = args.file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise Invalid(found=f"{args.file} cannot be read as text", fix="Check the path.") from None
    before = {record.version for record in queries.systems()}
    record = actions.declare(source, name=str(args.file), by=SYSTEM, at=clock.now())
    if record.version in before:
        print(f"{record.key} is declared so already, as version {record.version}.")
        return DONE
    print(f"{record.key} is connected, as version {record.version}.")
    print(f"Now test it: aboveboard systems test {record.key}")
    return DONE


def _list(args: argparse.Namespace) -> int:
    from aboveboard.connectors import queries

    records = queries.systems()
    if args.json:
        print(json.dumps([_row(record) for record in records]))
        return DONE
    for record in records:
        tested = f" on {record.tested_at:%Y-%m-%d}" if record.tested_at else ""
        print(f"{record.key}  {record.kind}  {record.name}  {_STATES[record.test_ok]}{tested}")
    if not records:
        print("No system is connected. Begin with: aboveboard systems propose URL")
    return DONE


def _row(record: SystemRecord) -> dict[str, object]:
    return {
        "key": record.key,
        "name": record.name,
        "kind": record.kind,
        "version": record.version,
        "declared_at": clock.to_text(record.declared_at),
        "tested_at": clock.to_text(record.tested_at) if record.tested_at else None,
        "test_ok": record.test_ok,
        "test": record.test_sentence,
    }


def _show(args: argparse.Namespace) -> int:
    from aboveboard.connectors import queries, registry

    print(queries.source(registry.version(args.key)), end="")
    return DONE


def _test(args: argparse.Namespace) -> int:
    from aboveboard.connectors import actions

    health = actions.test(args.key, at=clock.now())
    if args.json:
        print(
            json.dumps({"ok": health.ok, "test": health.sentence, "details": list(health.details)})
        )
    else:
        print(health.sentence, *(f"  {detail}" for detail in health.details), sep="\n")
    return DONE if health.ok else ATTENTION


def _remove(args: argparse.Namespace) -> int:
    from aboveboard.connectors import actions

    actions.remove(args.key, by=SYSTEM, at=clock.now())
    print(f"{args.key} is disconnected. Its declarations stay in the history.")
    return DONE


def _find(args: argparse.Namespace) -> int:
    from aboveboard.basics.personal import Personal
    from aboveboard.connectors import registry
    from aboveboard.connectors.contract import CUSTOMER_NUMBER, EMAIL, PHONE, Identifier

    given = ((EMAIL, args.email), (PHONE, args.phone), (CUSTOMER_NUMBER, args.customer_number))
    identifiers = [Identifier(kind, Personal(value)) for kind, value in given if value]
    if not identifiers:
        raise Invalid(found="nothing to look for", fix="Give --email, --phone or a number.")
    asked = [registry.connector(args.system)] if args.system else registry.active()
    rows = [row for connector in asked for row in _answer_lines(connector, identifiers)]
    if args.json:
        print(json.dumps(rows))
    for row in [] if args.json else rows:
        print(f"{row['system']}: {row['sentence']}")
    return ATTENTION if any(row["failed"] for row in rows) else DONE


def _answer_lines(connector: Connector, identifiers: list[Identifier]) -> list[dict[str, object]]:
    """Return what one system says: never a value, and a system that is down is a line as well."""
    from aboveboard.connectors.contract import (
        SystemAnswerUnreadable,
        SystemRefused,
        SystemUnavailable,
        Verb,
    )

    if not connector.verbs:
        return [_line(connector, "people look there by hand.")]
    rows = []
    try:
        for match in connector.find(identifiers):
            by = ", ".join(match.by)
            if match.several:
                rows.append(_line(connector, f"several people in {match.collection}, by {by}."))
                continue
            counts = {}
            if Verb.ERASE in connector.verbs:
                counts = dict(connector.erase(match, dry_run=True).changed)
            held = ", ".join(f"{count} in {name}" for name, count in sorted(counts.items()))
            rows.append(_line(connector, f"found in {match.collection}, by {by}. {held}".strip()))
    except (SystemUnavailable, SystemRefused, SystemAnswerUnreadable) as error:
        return [_line(connector, str(error), failed=True)]
    return rows or [_line(connector, "nothing held.")]


def _line(connector: Connector, sentence: str, *, failed: bool = False) -> dict[str, object]:
    return {"system": connector.key, "sentence": sentence, "failed": failed}


def _propose(args: argparse.Namespace) -> int:
    from aboveboard.connectors.secrets import FORMS, SecretReference
    from aboveboard.connectors.sql import proposing

    password = SecretReference.parse(args.password) if args.password else None
    if args.password and password is None:
        raise Invalid(found="a password that is no reference", fix=f"Name where it is: {FORMS}.")
    settings = proposing.settings_of(args.url, password=password, schema=args.schema, tls=args.tls)
    key = args.key or proposing.key_of(settings)
    print(proposing.propose(settings, key=key), end="")
    return DONE


_VERBS = {
    "add": _add,
    "list": _list,
    "show": _show,
    "test": _test,
    "remove": _remove,
    "find": _find,
    "propose": _propose,
    "catalogue": starting.show_catalogue,
    "import-fides": starting.import_fides,
}
