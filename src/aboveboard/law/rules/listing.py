"""The duties as a page for people (``docs/reference/duties.md``), made from the data so
that it cannot go stale."""

from __future__ import annotations

from collections.abc import Iterable

from aboveboard.law.rules import catalogue, definitions
from aboveboard.law.rules.entries import DutyRule
from aboveboard.law.rules.sources import confidence, last_checked
from aboveboard.law.terms import OrgRole


def page() -> list[str]:
    """Return the lines of the page, without its title: one table a place,
    then what US laws cover."""
    by_place: dict[str, list[DutyRule]] = {}
    for rule in catalogue.rules():
        by_place.setdefault(rule.jurisdiction, []).append(rule)
    lines: list[str] = []
    for place, rules in sorted(by_place.items(), key=lambda item: catalogue.place_name(item[0])):
        lines += [f"## {catalogue.place_name(place)} (`{place}`)\n", *_table(rules), ""]
    return [*lines, *_sectors(), "", *_coverage_lines()]


def _table(rules: Iterable[DutyRule]) -> list[str]:
    lines = [
        "| duty | who is told | by when | clock | from | harm test | law | in force | checked |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for rule in rules:
        cells = [
            f"`{rule.id}`{_sector_note(rule)}",
            rule.authority or rule.recipient,
            rule.deadline.text,
            rule.clock_text,
            rule.threshold.words() if rule.threshold else "anyone",
            catalogue.harm_answers()[rule.harm_test]["words"],
            f"{rule.law}, {rule.citation}",
            _in_force(rule),
            f"{last_checked(rule.sources):%Y-%m}, {rule.confidence}",
        ]
        lines.append("| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |")
    return lines


def _sector_note(rule: DutyRule) -> str:
    who = [f"sector `{sector}`" for sector in sorted(rule.sectors)]
    who += ["processors"] if rule.role is OrgRole.PROCESSOR else []
    who += ["public bodies"] if rule.public_body else []
    return f" ({', '.join(who)})" if who else ""


def _in_force(rule: DutyRule) -> str:
    if not rule.in_force:
        begins = f"from {rule.valid_from}" if rule.valid_from else "no day is fixed"
        return f"coming: {begins}"
    since = f"since {rule.valid_from}" if rule.valid_from else f"known since {rule.known_since}"
    until = f"until {rule.valid_to}" if rule.valid_to else ""
    return f"{since} {until}".strip() or "yes"


def _sectors() -> list[str]:
    rows = [f"| `{key}` | {words} |" for key, words in catalogue.sectors().items()]
    return [
        "## Sectors\n",
        "A sector's duties apply only to an organisation that declares it.\n",
        "| key | who |",
        "|---|---|",
        *rows,
    ]


def _coverage_lines() -> list[str]:
    lines = [
        "## What US laws count\n",
        "For a day before `from`, counsel is asked.\n",
        "| law of | counts | from | law | checked |",
        "|---|---|---|---|---|",
    ]
    return [*lines, *(_coverage_row(place) for place in sorted(definitions.places()))]


def _coverage_row(place: str) -> str:
    sources = definitions.definition_sources(place)
    cells = [
        f"`{place}`",
        definitions.coverage_in_words(place),
        str(definitions.first_day(place) or ""),
        "; ".join(f"[{source.title}]({source.address})" for source in sources),
        f"{last_checked(sources):%Y-%m}, {confidence(sources)}" if sources else "",
    ]
    return "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |"
