"""The guides for who writes the promise, and changes it."""

from __future__ import annotations

from aboveboard.commands import exits
from tests.documents.instance import SAMPLE, Instance
from tests.documents.reader import Reader


def write_a_promise(reader: Reader, _: Instance) -> None:
    """A promise with one wrong word, which the reader mends; later one with a longer period."""
    promise = reader.folder / "promise.yaml"
    wrong = SAMPLE.replace("basis: contract", "basis: because", 1)
    reader.before("aboveboard promise check", lambda: promise.write_text(wrong))
    reader.ends_with("aboveboard promise check", exits.ATTENTION)
    reader.before("aboveboard promise explain", lambda: promise.write_text(SAMPLE))

    def longer() -> None:
        (reader.folder / "old.yaml").write_text(SAMPLE)
        longer = purpose("answer-contact").replace("keep: P2Y", "keep: P3Y")
        changed = SAMPLE.replace(purpose("answer-contact"), longer)
        (reader.folder / "new.yaml").write_text(changed)

    reader.before("aboveboard promise diff", longer)


def weigh_a_changed_promise(reader: Reader, _: Instance) -> None:
    """A promise that sends offers to everybody who does not object, where it asked before."""
    offers = purpose("personal-offers")
    asks = offers[offers.index("    choice:") : offers.rindex("    fields:")]
    changed = (
        offers.replace(asks, "")
        .replace("basis: consent", "basis: legitimate_interests\n    balancing: Weighed today.")
        .replace("starts: choice", "starts: last_activity")
    )
    (reader.folder / "promise.yaml").write_text(SAMPLE.replace(offers, changed))


def find_personal_data(reader: Reader, _: Instance) -> None:
    """A folder with a letter; the systems of the examples are in ``tests/discovery``."""

    def written() -> None:
        (reader.folder / "letters").mkdir()
        letter = "Dear Mrs. Wexcombe, your card 4111 1111 1111 1111 is ready."
        (reader.folder / "letters" / "reply.txt").write_text(letter)

    reader.before("aboveboard discover files", written)


def put_the_consent_panel_on_your_site(reader: Reader, _: Instance) -> None:
    """No site is declared yet, which the command says with the line that it prints."""
    reader.ends_with("aboveboard website tag", exits.ATTENTION)


def publish_what_public_bodies_owe(reader: Reader, _: Instance) -> None:
    """Nothing is needed beforehand: the fields are the same for everybody."""


def purpose(key: str) -> str:
    """Return what the sample says of a purpose."""
    start = SAMPLE.index(f"  {key}:")
    return SAMPLE[start : SAMPLE.index("\n\n", start)]
