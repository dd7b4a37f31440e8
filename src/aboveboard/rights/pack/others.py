"""What of the records is somebody else's (GDPR Art. 15(4)), and taking it out. Pure.

Three things point at other people: what the declaration of a system says (``Record.others``), what
a finder sees in text that is not the person's own, and files, which nobody can black out by
machine. Each is a *mention*, of a kind, in a place. A reviewer decides a kind in a place, or a
single value there; what nobody decided is blacked out, and a file that nobody decided stays out.
"""

from __future__ import annotations

import hmac
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Final, Protocol

from aboveboard.basics.canonical import Json
from aboveboard.basics.personal import Personal
from aboveboard.connectors.contract import Attachment, Record
from aboveboard.rights.pack import limits
from aboveboard.rights.pack.contents import PackRecord

BLACK: Final = "█████"
"""What stands where something was blacked out: always as long, so that it tells no length."""
DECLARED: Final = "declared"
"""The kind of a value that the declaration says is somebody else's."""
FILE: Final = "file"
"""The kind of a file."""
_NAME: Final = "person"
_OF_PEOPLE: Final = frozenset(
    {
        "address",
        "bank_account",
        "card_number",
        "customer_number",
        "driving_licence",
        "email",
        "iban",
        "national_id",
        "passport",
        "person",
        "phone",
        "us_itin",
        "us_ssn",
    }
)
"""What the finder sees that somebody else could be known by. A place, a date or a company is none
of them: nearly every record has one."""
_WORD: Final = re.compile(r"[^\W_]+")
_DIGITS: Final = 6
"""Digits from which a number is told from others by its digits alone, however it is written."""


class TextMention(Protocol):
    """Characters of a text that are personal, of a kind."""

    @property
    def start(self) -> int:
        """Where they begin."""

    @property
    def end(self) -> int:
        """Where they end."""

    @property
    def kind(self) -> str:
        """What they are, as :mod:`aboveboard.kinds` calls it: ``email``, ``person``."""


Finder = Callable[[str], Iterable[TextMention]]


class MentionVerdict(StrEnum):
    """What becomes of a mention."""

    DISCLOSE = "disclose"
    BLACK_OUT = "black_out"


@dataclass(frozen=True, slots=True)
class MentionPlace:
    """Where a mention is, and of what kind: ``path`` is ``notes`` or ``messages/*/text``, ``*``
    for the items of a list and for names that the system made. No personal data."""

    system: str
    collection: str
    path: str
    kind: str


@dataclass(frozen=True, slots=True)
class OtherMention:
    """Somebody else, or who may be, in a record. ``value_key`` tells equal values of a request
    apart from others, and says nothing without the request's key."""

    place: MentionPlace
    value_key: str
    text: Personal[str]


@dataclass(frozen=True, slots=True)
class ReviewDecisions:
    """What reviewers decided: by place and value, and by place."""

    of_values: Mapping[tuple[MentionPlace, str], MentionVerdict] = field(default_factory=dict)
    of_places: Mapping[MentionPlace, MentionVerdict] = field(default_factory=dict)

    def verdict(self, place: MentionPlace, value_key: str) -> MentionVerdict:
        """Return what becomes of a mention: the decision on the value before that on the kind, and
        black where there is none."""
        decided = self.of_values.get((place, value_key)) or self.of_places.get(place)
        return decided or MentionVerdict.BLACK_OUT


class OwnValues:
    """What is the person's own: their names, addresses and numbers, as we and the systems have
    them. Equal however they are written."""

    __slots__ = ("_texts", "_words")

    def __init__(self, values: Iterable[Personal[str]]) -> None:
        texts = [value.reveal() for value in values]
        self._texts = frozenset(filter(None, map(_normal_form, texts)))
        self._words = frozenset(
            word.casefold() for text in texts if "@" not in text for word in _WORD.findall(text)
        )

    def include(self, kind: str, text: str) -> bool:
        """Whether a mention is the person: of a name, whether each word is one of theirs."""
        if _normal_form(text) in self._texts:
            return True
        words = _WORD.findall(text.casefold())
        return kind == _NAME and bool(words) and self._words.issuperset(words)


class MentionFinder:
    """Finds other people in what one system answered.

    ``secret``: of the request; keys of values are made with it. ``find``: the finder over text.
    ``impersonal``: collections in which nobody stands, whatever a text in them looks like.
    """

    def __init__(
        self,
        system: str,
        own: OwnValues,
        secret: Personal[str],
        find: Finder,
        impersonal: frozenset[str] = frozenset(),
    ) -> None:
        self._system, self._own, self._find = system, own, find
        self._impersonal = impersonal
        self._secret = hmac.digest(secret.reveal().encode(), b"aboveboard/mention/v1", "sha256")
        self._remembered = lru_cache(limits.JUDGED_TEXTS)(self._text_mentions)

    def mentions(self, item: Record | Attachment) -> Iterator[OtherMention]:
        """Yield every mention in a record; of a file, the file itself."""
        if isinstance(item, Attachment):
            yield self._file_mention(item)
            return
        mentions: list[OtherMention] = []

        def note(mention: OtherMention) -> MentionVerdict:
            mentions.append(mention)
            return MentionVerdict.DISCLOSE

        self._rewrite(item, note)
        yield from mentions

    def redact(self, record: Record, decisions: ReviewDecisions) -> PackRecord:
        """Return a record as it may leave."""
        return self._rewrite(
            record, lambda mention: decisions.verdict(mention.place, mention.value_key)
        )

    def may_be_disclosed(self, item: Attachment, decisions: ReviewDecisions) -> bool:
        """Whether somebody decided that a file may leave."""
        mention = self._file_mention(item)
        return decisions.verdict(mention.place, mention.value_key) is MentionVerdict.DISCLOSE

    def _file_mention(self, item: Attachment) -> OtherMention:
        return self._mention(item.collection, "", FILE, item.name.reveal())

    def _rewrite(
        self, record: Record, judge: Callable[[OtherMention], MentionVerdict]
    ) -> PackRecord:
        values: dict[str, Json] = {}
        black: dict[str, None] = {}
        if record.collection in self._impersonal:
            plain_values = {name: finite(each.reveal()) for name, each in record.values.items()}
            return PackRecord(record.collection, Personal(plain_values))
        for name, value in record.values.items():
            plain = value.reveal()
            if name in record.others:
                if plain in (None, "", [], {}):
                    values[name] = plain
                    continue
                mention = self._mention(record.collection, name, DECLARED, repr(plain), plain)
                if judge(mention) is MentionVerdict.BLACK_OUT:
                    values[name] = BLACK
                    black[name] = None
                else:
                    values[name] = finite(plain)
                continue
            values[name] = self._rewrite_value(record.collection, name, plain, judge, black)
        return PackRecord(record.collection, Personal(values), tuple(black))

    def _rewrite_value(
        self,
        collection: str,
        path: str,
        value: Json,
        judge: Callable[[OtherMention], MentionVerdict],
        black: dict[str, None],
    ) -> Json:
        if isinstance(value, str):
            return self._rewrite_text(collection, path, value, judge, black)
        below = f"{path}/*"
        if isinstance(value, Mapping):
            rewritten: dict[str, Json] = {}
            for name, item in value.items():
                # A name can be somebody too: {"bob@example.com": 3}.
                plain = self._rewrite_text(collection, below, name, judge, black)
                inner = f"{path}/{name}" if plain == name and _is_plain_name(name) else below
                # Two people who were blacked out must not become one.
                while plain in rewritten:
                    plain += "█"
                rewritten[plain] = self._rewrite_value(collection, inner, item, judge, black)
            return rewritten
        if isinstance(value, Sequence):
            return [self._rewrite_value(collection, below, item, judge, black) for item in value]
        return finite(value)

    def _rewrite_text(
        self,
        collection: str,
        path: str,
        text: str,
        judge: Callable[[OtherMention], MentionVerdict],
        black: dict[str, None],
    ) -> str:
        short = len(text) <= limits.JUDGED_TEXT
        mentions = self._remembered(text) if short else self._text_mentions(text)
        if not mentions:
            return text
        parts, at = [], 0
        for start, end, kind in mentions:
            if judge(self._mention(collection, path, kind, text[start:end])) is (
                MentionVerdict.DISCLOSE
            ):
                continue
            # One that begins within the last was blacked out with it, as far as that goes.
            if start >= at:
                parts += [text[at:start], BLACK]
            at = max(at, end)
            black[path] = None
        return "".join([*parts, text[at:]])

    def _text_mentions(self, text: str) -> tuple[tuple[int, int, str], ...]:
        return tuple(
            (mention.start, mention.end, str(mention.kind))
            for mention in sorted(self._find(text), key=lambda each: (each.start, -each.end))
            if str(mention.kind) in _OF_PEOPLE
            and not self._own.include(str(mention.kind), text[mention.start : mention.end])
        )

    def _mention(
        self, collection: str, path: str, kind: str, text: str, shown: Json = None
    ) -> OtherMention:
        message = f"{kind}\0{_normal_form(text)}".encode("utf-8", "surrogatepass")
        value_key = hmac.digest(self._secret, message, "sha256")[:16].hex()
        place = MentionPlace(self._system, collection, path, kind)
        return OtherMention(place, value_key, Personal(text if shown is None else str(shown)))


def finite(value: Json) -> Json:
    """Return a value with numbers that JSON lacks (RFC 8259, section 6) as text: ``NaN``."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, Mapping):
        return {name: finite(item) for name, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [finite(item) for item in value]
    return value


def _normal_form(text: str) -> str:
    """Return what equal values have in common: letters folded, spaces apart; of what is mostly a
    number its digits, without the zeros or the country code in front."""
    digits = "".join(filter(str.isdecimal, text))
    if len(digits) >= _DIGITS and not any(map(str.isalpha, text)):
        return digits.lstrip("0")[-9:]
    return " ".join(text.casefold().split())


def _is_plain_name(name: str) -> bool:
    """Whether a name within a value is one that a programmer gave, and may stand in a place."""
    return (
        name.isascii() and name.replace("_", "").isalpha() and len(name) <= limits.NAME_CHARACTERS
    )
