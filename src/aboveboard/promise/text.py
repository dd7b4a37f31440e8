"""Sentences for people, in several languages. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from types import MappingProxyType
from typing import Any, TypeVar

_Any = TypeVar("_Any")


class TranslatedText(str):
    """A sentence for people: a ``str`` in English that also knows its translations.

    Equal and printed as its own words, so templates and tests treat it as text; :meth:`say` gives
    another language, English where there is no translation.
    """

    translations: Mapping[str, str]

    def __new__(cls, words: str, translations: Mapping[str, str] | None = None) -> TranslatedText:
        """Make a text: ``words`` are what it prints; ``translations`` has them by language."""
        text = super().__new__(cls, words)
        # A plain dict, so that a text can be copied.
        text.translations = dict(translations or {"en": words})
        return text

    def say(self, language: str) -> TranslatedText:
        """Return the same text, printed in ``language`` ("fr", or "fr-CA"), else in English."""
        words = (
            self.translations.get(language)
            or self.translations.get(language.split("-")[0])
            or self.translations.get("en", str(self))
        )
        return TranslatedText(words, self.translations)


def translate(value: _Any, language: str) -> _Any:
    """Return frozen data (dataclasses, tuples, mappings) with its texts in another language."""
    spoken: Any = value
    if isinstance(value, TranslatedText):
        spoken = value.say(language)
    elif isinstance(value, tuple):
        spoken = tuple(translate(item, language) for item in value)
    elif isinstance(value, Mapping):
        spoken = MappingProxyType({key: translate(item, language) for key, item in value.items()})
    elif is_dataclass(value) and not isinstance(value, type):
        spoken = replace(
            value,
            **{
                item.name: translate(getattr(value, item.name), language)
                for item in fields(value)
                if item.init
            },
        )
    return spoken  # type: ignore[no-any-return]
