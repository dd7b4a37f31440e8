"""Does what a promise says of the website fit together, and does nothing wait for a yes that nobody
can give?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from aboveboard.promise.loading.lines import Item, Scalar, Table, entries, list_scalars, scalar_text
from aboveboard.promise.loading.problems import Located, ProblemReport, quoted
from aboveboard.promise.loading.shape import nearest
from aboveboard.promise.purpose import LawfulBasis

_CHOICE = (
    LawfulBasis.CONSENT.value,
    LawfulBasis.LEGITIMATE_INTERESTS.value,
    LawfulBasis.PUBLIC_TASK.value,
)


def check(root: Table, report: ProblemReport) -> None:
    """Report purposes of the website that are not declared or rest on anything but consent, what
    two purposes both claim, and a Global Privacy Control that refuses what leaves no choice."""
    website = root.entries.get("website")
    declared = entries(root, "purposes")
    asked = entries(website, "purposes")
    table = entries(website).get("purposes")
    for key in asked:
        place: Located = table.marks[key] if isinstance(table, Table) else asked[key]
        if key not in declared:
            report.add(
                place,
                "undeclared_purpose",
                f"`website` asks about the purpose {quoted(key)}, which `purposes` does not "
                "declare.",
                nearest(key, declared),
            )
        elif scalar_text(declared[key], "basis") != LawfulBasis.CONSENT:
            report.add(
                place,
                "website_without_consent",
                f"The purpose {quoted(key)} keeps things in a browser, and does not rest on "
                "consent (ePrivacy Directive Art. 5(3)).",
                "Write `basis: consent` there, or move what the site cannot do without to "
                "`necessary:`.",
            )
    _check_signal(website, declared, report)
    _check_claimed_once(website, asked, report)


def _check_signal(
    website: Item | None, declared: Mapping[str, Item], report: ProblemReport
) -> None:
    for named in list_scalars(website, "refused_by_gpc"):
        if named.text not in declared:
            report.add(
                named,
                "undeclared_purpose",
                f"`refused_by_gpc` names the purpose {quoted(named.text)}, which `purposes` does "
                "not declare.",
                nearest(named.text, declared),
            )
        elif scalar_text(declared[named.text], "basis") not in _CHOICE:
            report.add(
                named,
                "gpc_without_choice",
                f"Nobody can refuse {quoted(named.text)}: its lawful basis leaves no choice.",
                "Remove it from `refused_by_gpc:`.",
            )


def _check_claimed_once(
    website: Item | None, asked: Mapping[str, Item], report: ProblemReport
) -> None:
    # What is removed, or let run, by two answers at once would follow neither.
    claimed: dict[tuple[str, str], str] = {}
    parts = {"necessary": entries(website).get("necessary"), **asked}
    for key, part in parts.items():
        for kind, name, place in _claims(part):
            other = claimed.setdefault((kind, name), key)
            if other != key:
                report.add(
                    place,
                    "claimed_twice",
                    f"{quoted(name)} in {quoted(key)} is declared in {quoted(other)} too.",
                    "Leave it to one of them: the one whose yes it waits for.",
                )


def _claims(part: Item | None) -> Iterator[tuple[str, str, Located]]:
    for kind in ("cookies", "storage"):
        table = entries(part).get(kind)
        if isinstance(table, Table):
            for name in table.entries:
                yield kind, name, table.marks[name]
    for kind in ("hosts", "consent_mode"):
        for scalar in list_scalars(part, kind):
            if isinstance(scalar, Scalar):
                yield kind, scalar.text, scalar
