"""What a use asks, read by msgspec: a tenth of the time that the schemas take,
on the path of every use.

Whatever these take, the schemas take too and read alike (``tests/api/test_asked.py``); what they
refuse, the schemas are shown next, which say where and what is wrong.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from aboveboard.access.limits import USE_BATCH

Word = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Fields = Annotated[list[Word], msgspec.Meta(min_length=1, max_length=64)]
Reference = Annotated[str, msgspec.Meta(max_length=80)]


class Person(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """``schemas.PersonRef``."""

    kind: Literal["email", "phone", "customer_number"]
    value: Annotated[str, msgspec.Meta(min_length=3, max_length=254)]
    country: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{2}\Z")] | None = None


class Use(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """``schemas.UseIn``."""

    person: Person
    purpose: Word
    fields: Fields
    channel: Word
    reference: Reference = ""


class Batch(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """``schemas.BatchIn``."""

    people: Annotated[list[Person], msgspec.Meta(min_length=1, max_length=USE_BATCH)]
    purpose: Word
    fields: Fields
    channel: Word
    reference: Reference = ""


person_decoder = msgspec.json.Decoder(Person)
use_decoder = msgspec.json.Decoder(Use)
batch_decoder = msgspec.json.Decoder(Batch)
