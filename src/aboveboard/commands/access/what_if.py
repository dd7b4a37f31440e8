"""``aboveboard promise what-if``: what a changed promise would allow or forbid, counted over
everybody held, before it is adopted."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from aboveboard.basics.person_codes import person_code
from aboveboard.commands.progress import ProgressBar
from aboveboard.promise.model import Promise

if TYPE_CHECKING:
    from aboveboard.access.impact.report import ChangedUse, ImpactReport


def compare(new: Promise, *, purpose: str | None, as_json: bool) -> int:
    """Print what changes; with ``purpose``, each person for whom a use of it does. Exit code 0
    always: nothing was changed."""
    from aboveboard.access.impact.counting import affected_people, count
    from aboveboard.basics import clock
    from aboveboard.basics.errors import NotFound
    from aboveboard.promise.queries import in_force
    from aboveboard.vault.queries import people_count

    adopted, at = in_force(), clock.now()
    if purpose is not None:
        if purpose not in {**adopted.promise.purposes, **new.purposes}:
            raise NotFound(
                what=f"purpose in either promise; in force: {', '.join(adopted.promise.purposes)}"
            )
        for person_id, field, way in affected_people(adopted.promise, new, purpose, at=at):
            print(
                json.dumps({"person": person_id, "field": field, "way": way})
                if as_json
                else f"{person_code(person_id)}\t{field}\t{way}"
            )
        return 0
    with ProgressBar(
        "Counting", people_count(), quiet=as_json or not sys.stderr.isatty()
    ) as advance:
        report = count(adopted.promise, new, at=at, progress=advance)
    print(
        json.dumps(_as_json(adopted.serial, report), indent=1)
        if as_json
        else _in_words(adopted.promise, new, report)
    )
    return 0


def _as_json(serial: int, report: ImpactReport) -> dict[str, object]:
    fields = ("purpose", "role", "channel", "field", "before", "after", "gained", "lost")
    uses = [{name: getattr(cell, name) for name in fields} for cell in report.cells]
    return {
        "compared_with": serial,
        "people": report.people,
        "uses": uses,
        "next_sweep_erases": dict(report.lapsing),
    }


def _in_words(old: Promise, new: Promise, report: ImpactReport) -> str:
    lines = [f"{report.people:,} people are held. Nothing was changed or opened."]
    for purpose in dict.fromkeys(cell.purpose for cell in report.cells):
        described = new.purposes.get(purpose) or old.purposes[purpose]
        lines += [
            "",
            (
                f"{described.title} ({purpose})"
                f"{'' if purpose in new.purposes else ': no longer a purpose'}"
            ),
        ]
        lines += _collapsed([cell for cell in report.cells if cell.purpose == purpose])
    if not report.cells:
        lines += ["", "No use of anybody's data would change."]
    if report.lapsing:
        lines += ["", "The next sweep would also erase:"]
        lines += [f"  {field}: of {people:,} people" for field, people in report.lapsing.items()]
    return "\n".join(lines)


def _collapsed(cells: Iterable[ChangedUse]) -> list[str]:
    """Return a line for each set of roles, channels and fields that changes alike."""
    alike: dict[tuple[int, int, int, int], list[ChangedUse]] = {}
    for cell in cells:
        alike.setdefault((cell.before, cell.after, cell.gained, cell.lost), []).append(cell)
    lines = []
    for (before, after, gained, lost), some in alike.items():
        roles, channels, fields = (
            dict.fromkeys(getattr(cell, name) for cell in some)
            for name in ("role", "channel", "field")
        )
        lines.append(f"  {', '.join(fields)}\n    for {', '.join(roles)}; {', '.join(channels)}")
        lines.append(
            f"    allowed for {before:,} people today and {after:,} then: {gained:,} gained, "
            f"{lost:,} lost"
        )
    return lines
