"""The deadlines of requests as a page for people (``docs/reference/rights-deadlines.md``), made
from the data so that it cannot go stale."""

from __future__ import annotations

from aboveboard.law.rights import catalogue
from aboveboard.law.rights.entries import RightsPeriod, RightsRule
from aboveboard.law.rules.sources import last_checked

_HEAD = (
    "| place | requests | answered | longer | clock | appeal | law | in force | checked |",
    "|---|---|---|---|---|---|---|---|---|",
)


def page() -> list[str]:
    """Return the lines of the page, without its title: one row an entry, then what is to be known
    of it."""
    rules = catalogue.entries()
    notes = [
        f"- `{rule.id}`: {_who(rule)}{rule.notes}".rstrip()
        for rule in rules
        if rule.notes or rule.protects
    ]
    return [*_HEAD, *(_row(rule) for rule in rules), "", "## Whom each binds\n", *notes]


def clock_words(rule: RightsRule) -> str:
    """Return what starts the clock and what stops it."""
    start = "proof, where it was asked for" if rule.starts == "proof" else "receipt"
    stops = ", ".join(sorted(rule.pauses))
    return f"from {start}" + (f"; stops for {stops}" if stops else "")


def _row(rule: RightsRule) -> str:
    first = rule.sources[0]
    cells = [
        f"`{rule.place}`",
        ", ".join(sorted(rule.rights)),
        rule.answer.text + (f"; {rule.confirm.text}" if rule.confirm else ""),
        _text(rule.extension),
        clock_words(rule),
        _text(rule.appeal),
        f"[{rule.law}, {rule.citation}]({first.address})",
        _in_force(rule),
        f"{last_checked(rule.sources):%Y-%m}, {rule.confidence}",
    ]
    return "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |"


def _text(period: RightsPeriod | None) -> str:
    return period.text if period else "no"


def _who(rule: RightsRule) -> str:
    return f"{rule.protects.rstrip('.')}. "


def _in_force(rule: RightsRule) -> str:
    since = f"since {rule.valid_from}" if rule.valid_from else f"known since {rule.known_since}"
    return f"{since} until {rule.valid_to}" if rule.valid_to else since
