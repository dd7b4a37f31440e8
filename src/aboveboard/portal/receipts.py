"""Gathering what a receipt says: the choice, the promise as it stood then, and the
proof once it is sealed."""

from __future__ import annotations

from django.utils.translation import override

from aboveboard.basics.canonical import Json
from aboveboard.basics.errors import AboveboardError
from aboveboard.choices.models import Choice
from aboveboard.choices.receipt import Facts
from aboveboard.choices.receipt import receipt as write
from aboveboard.choices.state import Answer
from aboveboard.law import categories
from aboveboard.ledger import queries as ledger
from aboveboard.promise import explain
from aboveboard.promise import queries as promise
from aboveboard.vault import queries as vault


class ReceiptNotPossible(AboveboardError):
    """This receipt cannot be written any more: the promise it belongs to is not kept."""

    code = "receipt_not_possible"


def facts_of(choice: Choice, language: str = "en") -> Facts:
    """Return what the receipt of a choice says, in the words of the promise that was
    in force when it was made.

    Raises:
        ReceiptNotPossible: that promise has no such purpose.
    """
    version = promise.version(choice.promise_serial)
    spoken = version.promise.in_language(language)
    purpose = spoken.purposes.get(choice.purpose)
    if purpose is None:
        raise ReceiptNotPossible()
    labels = [categories.get(key).label for key in spoken.categories_of(purpose.fields)]
    return Facts(
        choice_id=choice.pk,
        person=vault.handle(choice.person_id) or "",
        answer=Answer(choice.answer),
        channel=choice.channel,
        evidence=choice.evidence,
        at=choice.at,
        purpose=purpose.key,
        title=purpose.title,
        what=purpose.what,
        why=purpose.why,
        basis=purpose.basis.value,
        categories=tuple(label.get(language, label["en"]) for label in labels),
        recipients=tuple(spoken.recipients[key].title for key in purpose.recipients),
        kept=explain.retention_in_words(purpose.retention, language),
        promise_serial=version.serial,
        promise_digest=version.digest,
        controller=spoken.organisation.legal_name or spoken.organisation.name,
        contact=spoken.organisation.contact,
        proof=proof_of(choice.entry_id),
    )


def proof_of(entry_id: int) -> str | None:
    """Return the C2SP tlog-proof of an entry, or None while it waits (about a
    second) to be sealed."""
    try:
        return ledger.proof(entry_id)
    except ledger.NotYet:
        return None


def document(choice: Choice) -> dict[str, Json]:
    """Return the receipt as JSON-LD. In English: programs and authorities read it, and the
    page speaks for itself."""
    with override("en"):
        return write(facts_of(choice))
