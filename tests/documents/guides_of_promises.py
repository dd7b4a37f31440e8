"""The guides for who writes the promise, and changes it."""

from __future__ import annotations

import re
from textwrap import indent

from aboveboard.commands import exits
from aboveboard.commands.demo.people import people
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

    invoices = purpose("tax-accounts")
    law = re.search("    basis: .*\n    law: .*\n", invoices)
    assert law
    reader.before(
        "basis: legal_obligation",
        lambda: accepts(reader, invoices, invoices.replace(law[0], within(reader.printed))),
    )
    reader.before(
        "shown_in_general:",
        lambda: accepts(reader, invoices, f"{invoices}\n{within(reader.printed)}"),
    )


def within(part: str) -> str:
    """Return a part of a purpose, indented as it stands in the promise."""
    return indent(part, "    ") + "\n"


def accepts(reader: Reader, part: str, changed: str) -> None:
    """Look that the sample promise may say this in the place of that part."""
    (reader.folder / "changed.yaml").write_text(SAMPLE.replace(part, changed))
    reader.type("aboveboard promise check changed.yaml")


def weigh_a_changed_promise(reader: Reader, _: Instance) -> None:
    """A promise that sends offers to everybody who does not object, where it asked before."""
    offers = purpose("personal-offers")
    asks = offers[offers.index("    choice:") : offers.rindex("    fields:")]
    changed = (
        offers.replace(asks, "")
        .replace("basis: consent", "basis: legitimate_interests\n    balancing: Weighed today.")
        .replace("starts: choice", "starts: last_activity")
    )
    # What waits on a website for a yes rests on consent, so the website no longer asks for it.
    shop = re.sub(r"    personal-offers:\n(?:      .*\n)+", "", SAMPLE)
    shop = shop.replace("  refused_by_gpc: [personal-offers]\n", "")
    (reader.folder / "promise.yaml").write_text(shop.replace(offers, changed))


def have_addresses_confirmed(reader: Reader, instance: Instance) -> None:
    """Somebody who said yes and has confirmed nothing, and one whom another system confirmed."""
    head, said = "email,purpose,answer,at,confirmed_at\n", "newsletter,yes,2026-03-03T10:00:00Z"
    waiting, other = list(people(2))
    (instance.operator.folder / "waits.csv").write_text(f"{head}{waiting['email']},{said},\n")
    instance.operator.type("aboveboard choices import waits.csv --channel email")

    def confirmed_elsewhere() -> None:
        text = reader.printed.replace("ada@example.org", other["email"])
        (reader.folder / "choices.csv").write_text(text)

    reader.before("email,purpose,answer", confirmed_elsewhere)
    reader.before("double_opt_in: true", lambda: is_said(reader.printed))


def is_said(part: str) -> None:
    """The sample says it in just this way."""
    assert part.strip() in SAMPLE


def find_personal_data(reader: Reader, _: Instance) -> None:
    """A folder with a letter; the systems of the examples are in ``tests/discovery``."""

    def written() -> None:
        (reader.folder / "letters").mkdir()
        letter = "Dear Mrs. Wexcombe, your card 4111 1111 1111 1111 is ready."
        (reader.folder / "letters" / "reply.txt").write_text(letter)

    reader.before("aboveboard discover files", written)


def put_the_consent_panel_on_your_site(reader: Reader, instance: Instance) -> None:
    """A promise and settings that take what the page says of a site; no site is declared when the
    line is printed, which the command says with it."""
    site = SAMPLE[SAMPLE.index("website:\n") : SAMPLE.index("\n\n", SAMPLE.index("website:\n"))]
    reader.before("website:", lambda: accepts(reader, site, reader.printed))
    reader.before("[website]", lambda: instance.takes(reader.printed))
    reader.ends_with("aboveboard website tag", exits.ATTENTION)


def publish_what_public_bodies_owe(reader: Reader, _: Instance) -> None:
    """Nothing is needed beforehand: the fields are the same for everybody."""


def purpose(key: str) -> str:
    """Return what the sample says of a purpose."""
    start = SAMPLE.index(f"  {key}:")
    return SAMPLE[start : SAMPLE.index("\n\n", start)]
