"""May people let the recipients of a purpose in themselves?"""

from __future__ import annotations

from typing import Final

from aboveboard.promise.loading.lines import Table, list_scalars, scalar_text
from aboveboard.promise.loading.problems import ProblemReport, quoted
from aboveboard.promise.model import LawfulBasis, Period

LONGEST_KEYS: Final = 90
"""Characters of the keys of a recipient and of the purpose together. Both stand in one word of the
log, which has up to 100 (``basics.facts``)."""


def check(key: str, purpose: Table, report: ProblemReport) -> None:
    """Report a purpose whose recipients a person may let in, where there is nobody, or where it is
    not their yes that it rests on (GDPR Art. 4(11))."""
    terms, basis = purpose.entries.get("third_parties"), scalar_text(purpose, "basis")
    if terms is None:
        return
    place = terms
    longest = scalar_text(terms, "longest")
    if longest and not _is_period(longest):
        report.add(
            place,
            "wrong_value",
            f"{quoted(longest)} is a period of no length.",
            "Say for how long at most somebody is let in, such as P6M.",
        )
    if basis in list(LawfulBasis) and basis != LawfulBasis.CONSENT:
        report.add(
            place,
            "third_parties_without_consent",
            f"People let others in for {quoted(key)}, and the purpose does not rest on consent.",
            "Set `basis: consent` with its `choice:`, or remove `third_parties:`.",
        )
    recipients = [each.text for each in list_scalars(purpose, "recipients")]
    if not recipients:
        report.add(
            place,
            "no_third_party",
            f"People may let others in for {quoted(key)}, and it has no recipients.",
            "Add `recipients:` with those who may be let in, or remove `third_parties:`.",
        )
    if any(len(each) + len(key) > LONGEST_KEYS for each in recipients):
        report.add(
            place,
            "third_party_keys_too_long",
            f"The key of a recipient and {quoted(key)} have more than {LONGEST_KEYS} characters.",
            "Choose shorter keys.",
        )


def _is_period(text: str) -> bool:
    try:
        Period.parse(text)
    except ValueError:
        return False
    return True
