"""``aboveboard website``: the consent panel's tag, what visitors chose, and whether a site does
what the promise says."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from aboveboard.commands.exits import ATTENTION, DONE

if TYPE_CHECKING:
    from aboveboard.promise.model import Promise
    from aboveboard.website.scan.compare import SiteFinding
    from aboveboard.website.scan.observed import Observation

NAME = "website"
HELP = "Your own website: the consent panel's tag, visitors' choices, and a look at what it loads."
EXAMPLE = """\
aboveboard website tag
aboveboard website choices
aboveboard website scan https://shop.example
aboveboard website scan https://shop.example --promise promise.yaml --json"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the verbs and their arguments."""
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    verbs.add_parser("tag", help="print the line for the head of each page")
    verbs.add_parser("choices", help="count visitors' choices, and compare them with the log")
    scan = verbs.add_parser(
        "scan", help="load a site before a yes, after a no and after a yes, beside the promise"
    )
    scan.add_argument("address", help="where the site starts, such as https://shop.example")
    scan.add_argument(
        "--promise", type=Path, help="a promise file (default: the one in force here)"
    )
    scan.add_argument(
        "--pages", type=int, default=10, help="how many pages to load (default: %(default)s)"
    )
    scan.add_argument("--chromium", help="the browser (default: Playwright's own)")
    scan.add_argument("--refuse", default="", help="the CSS selector of another panel's no")
    scan.add_argument("--allow", default="", help="the CSS selector of another panel's yes")
    scan.add_argument("--json", action="store_true", help="print JSON")


def needs_instance(args: argparse.Namespace) -> bool:
    """Whether it asks the instance: a site can be held against a file anywhere."""
    return args.verb != "scan" or args.promise is None


NEEDS_INSTANCE = needs_instance


def run(args: argparse.Namespace) -> int:
    """Do it. Exit codes: 0 nothing to mend, 1 the site or the rows differ from what was said, 2 the
    promise is refused, 6 the site cannot be loaded, 7 there is no browser."""
    if args.verb == "tag":
        return _tag()
    return _choices() if args.verb == "choices" else _scan(args)


def _tag() -> int:
    from aboveboard.basics import settings

    current = settings.current()
    print(f'<script src="{current.server.origin.rstrip("/")}/banner/loader.js"></script>')
    if not current.website.origins:
        print("No site is declared yet. Set `origins` in [website] of aboveboard.toml.")
        return ATTENTION
    return DONE


def _choices() -> int:
    from aboveboard.website.queries import changed_batches, counts

    kept = counts()
    print(f"Proved: {kept.proved} ({kept.waiting} not yet under an entry of the log)")
    print(f"Without work: {kept.unproved}")
    changed = list(changed_batches())
    for sentence in changed:
        print(sentence)
    return ATTENTION if changed else DONE


def _scan(args: argparse.Namespace) -> int:
    from aboveboard.website.scan.browser import observe
    from aboveboard.website.scan.compare import Deviation, compare

    promise = _promise(args.promise)
    observation = observe(
        args.address,
        pages=args.pages,
        chromium=args.chromium,
        refuse=args.refuse,
        allow=args.allow,
    )
    findings = compare(observation, promise)
    if args.json:
        print(json.dumps(_as_json(observation, findings), indent=2))
    else:
        _print(observation, findings)
    wrong = any(finding.deviation is not Deviation.NEVER_SEEN for finding in findings)
    return ATTENTION if wrong else DONE


def _promise(file: Path | None) -> Promise:
    if file is None:
        from aboveboard.promise.queries import in_force

        return in_force().promise
    from aboveboard.promise.loading import load

    return load(file.read_bytes(), name=str(file))


def _as_json(observation: Observation, findings: list[SiteFinding]) -> dict[str, object]:
    return {
        "site": observation.site,
        "pages": list(observation.pages),
        "panel": observation.panel,
        "seen": {
            moment: [asdict(item) for item in items] for moment, items in observation.seen.items()
        },
        "findings": [asdict(finding) for finding in findings],
    }


def _print(observation: Observation, findings: list[SiteFinding]) -> None:
    count = len(observation.pages)
    print(f"{observation.site}: {count} page{'' if count == 1 else 's'}")
    for moment, items in observation.seen.items():
        names = ", ".join(f"{item.kind} {item.name}" for item in items)
        print(f"  {moment:8} {names or 'nothing'}")
    for finding in findings:
        known = f" Known as: {finding.known}." if finding.known else ""
        where = f" ({finding.page})" if finding.page else ""
        print(f"{finding.deviation:13} {finding.sentence}{known}{where}")
    if not findings:
        print("The site does what the promise says.")
