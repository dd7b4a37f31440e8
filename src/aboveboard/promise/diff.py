"""What changed between two promises, in plain words, and whether more or less is done
with people's data. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from aboveboard.law import categories
from aboveboard.promise.changes import ChangeDirection, PromiseChange
from aboveboard.promise.explain import basis_in_words, country_in_words, period_in_words
from aboveboard.promise.model import LawfulBasis, LossPromise, Promise, Purpose, TranslatedText
from aboveboard.promise.organisation import (
    agreement_changes,
    contact_details,
    declaration_changes,
)
from aboveboard.promise.origins import origin_changes
from aboveboard.promise.showing import shown_changes
from aboveboard.promise.website_words import website_changes
from aboveboard.promise.wording import asks, differs, legal_notes, said_of_giving, staff_words

__all__ = ["ChangeDirection", "PromiseChange", "compare"]

_ORDER = list(ChangeDirection)


def compare(old: Promise, new: Promise) -> tuple[PromiseChange, ...]:
    """Return every change from ``old`` to ``new``: what widened first, then what
    narrowed, then new words."""
    changes = [
        *_fields(old, new),
        *_purposes(old, new),
        *_recipients(old, new),
        *_losses(old, new),
        *origin_changes(old, new),
        *_other_changes(old, new),
    ]
    return tuple(sorted(changes, key=lambda change: _ORDER.index(change.direction)))


def _fields(old: Promise, new: Promise) -> Iterator[PromiseChange]:
    for key, field in new.fields.items():
        before = old.fields.get(key)
        words = categories.get(field.category).label["en"]
        if before is None:
            yield PromiseChange(
                ChangeDirection.WIDENED, key, f"We now hold “{field.label}” ({words})."
            )
            # Another meaning under the old name: what was allowed for the one is not for the other.
        elif before.category != field.category:
            yield PromiseChange(ChangeDirection.WIDENED, key, f"“{field.label}” now means {words}.")
        elif before.sensitive != field.sensitive:
            shown = "masked until asked for" if field.sensitive else "no longer masked"
            yield PromiseChange(
                ChangeDirection.NARROWED if field.sensitive else ChangeDirection.WIDENED,
                key,
                f"“{field.label}” is now {shown}.",
            )
        elif differs(before.label, field.label) or before.kind_and_format != field.kind_and_format:
            yield PromiseChange(
                ChangeDirection.REWORDED,
                key,
                f"The field “{field.label}” was described as “{before.label}”.",
            )
    for key, field in old.fields.items():
        if key not in new.fields:
            yield PromiseChange(
                ChangeDirection.NARROWED, key, f"We no longer hold “{field.label}”."
            )


def _purposes(old: Promise, new: Promise) -> Iterator[PromiseChange]:
    for key, purpose in new.purposes.items():
        before = old.purposes.get(key)
        if before is None:
            yield PromiseChange(ChangeDirection.WIDENED, key, f"A new purpose: “{purpose.title}”.")
        else:
            yield from _purpose(before, purpose, old, new)
    for key, purpose in old.purposes.items():
        if key not in new.purposes:
            yield PromiseChange(
                ChangeDirection.NARROWED, key, f"We no longer use data for “{purpose.title}”."
            )


_Named = tuple[tuple[str, ...], tuple[str, ...], Callable[[Promise, str], TranslatedText], str, str]
"""What a purpose names before and after, what a page calls one, and the words of more and less."""


def _purpose(
    before: Purpose, after: Purpose, old: Promise, new: Promise
) -> Iterator[PromiseChange]:
    title, key = f"“{after.title}”", after.key
    names: tuple[_Named, ...] = (
        (
            before.fields,
            after.fields,
            lambda promise, named: promise.fields[named].label,
            "now also uses “{}”",
            "no longer uses “{}”",
        ),
        (
            before.roles,
            after.roles,
            lambda promise, named: promise.roles[named].title,
            "is now also open to {}",
            "is closed to {}",
        ),
        (
            before.channels,
            after.channels,
            lambda promise, named: promise.channels[named].title,
            "is now also done {}",
            "is no longer done {}",
        ),
        (
            before.recipients,
            after.recipients,
            lambda promise, named: promise.recipients[named].title,
            "is now also shared with {}",
            "is no longer shared with {}",
        ),
    )
    for had, has, name, more, less in names:
        for named in has:
            if named not in had:
                yield PromiseChange(
                    ChangeDirection.WIDENED, key, f"{title} {more.format(name(new, named))}."
                )
        for named in had:
            if named not in has:
                yield PromiseChange(
                    ChangeDirection.NARROWED, key, f"{title} {less.format(name(old, named))}."
                )
    yield from _basis(before, after)
    yield from _retention(before, after)
    yield from _despite_objection(before, after)
    yield from _personal(before, after)
    yield from shown_changes(before, after)
    yield from _words(before, after, title)


def _words(before: Purpose, after: Purpose, title: str) -> Iterator[PromiseChange]:
    reworded = partial(PromiseChange, ChangeDirection.REWORDED, before.key)
    parts = ("title", "what", "why")
    if any(differs(getattr(before, part), getattr(after, part)) for part in parts) or (
        asks(before) != asks(after) or said_of_giving(before) != said_of_giving(after)
    ):
        yield reworded(f"{title} is explained in other words.")
    if staff_words(before) != staff_words(after):
        yield reworded(f"{title} is explained to staff in other words.")
    if legal_notes(before) != legal_notes(after):
        yield reworded(f"The legal notes on {title} changed.")


def _basis(before: Purpose, after: Purpose) -> Iterator[PromiseChange]:
    if before.basis is after.basis:
        return
    # Who loses a choice they had is worse off, whatever the new basis is.
    freedom = {
        LawfulBasis.CONSENT: 2,
        LawfulBasis.LEGITIMATE_INTERESTS: 1,
        LawfulBasis.PUBLIC_TASK: 1,
    }
    direction = (
        ChangeDirection.NARROWED
        if freedom.get(after.basis, 0) > freedom.get(before.basis, 0)
        else ChangeDirection.WIDENED
    )
    words = (
        f"“{after.title}” now rests on another basis: {basis_in_words(after.basis)} (it was: "
        f"{basis_in_words(before.basis)})."
    )
    yield PromiseChange(direction, after.key, words)


def _despite_objection(before: Purpose, after: Purpose) -> Iterator[PromiseChange]:
    """What a restriction or an objection now stops, or no longer does (GDPR Art. 18(2), 21(3))."""
    title, key = f"“{after.title}”", after.key
    if before.when_restricted is not after.when_restricted:
        if after.when_restricted is None:
            yield PromiseChange(
                ChangeDirection.NARROWED,
                key,
                f"{title} now stops when a person restricts the use of their data.",
            )
        else:
            ground = after.when_restricted.replace("_", " ")
            yield PromiseChange(
                ChangeDirection.WIDENED,
                key,
                f"{title} now goes on when a person restricts the use of their data ({ground}).",
            )
    if after.direct_marketing and not before.direct_marketing:
        yield PromiseChange(
            ChangeDirection.NARROWED,
            key,
            f"{title} is now direct marketing: an objection to it always stands.",
        )
    elif before.direct_marketing and not after.direct_marketing:
        yield PromiseChange(
            ChangeDirection.WIDENED,
            key,
            f"{title} is no longer direct marketing: an objection to it can be outweighed.",
        )


def _personal(before: Purpose, after: Purpose) -> Iterator[PromiseChange]:
    if before.personalises != after.personalises:
        yield PromiseChange(
            ChangeDirection.WIDENED if after.personalises else ChangeDirection.NARROWED,
            after.key,
            f"“{after.title}” {'now' if after.personalises else 'no longer'} chooses what people "
            "are shown or sent.",
        )
    if before.confirmed_field != after.confirmed_field:
        needs, way = "now needs", ChangeDirection.NARROWED
        if not after.confirmed_field:
            needs, way = "no longer needs", ChangeDirection.WIDENED
        yield PromiseChange(way, after.key, f"“{after.title}” {needs} a confirmed address.")


def _retention(before: Purpose, after: Purpose) -> Iterator[PromiseChange]:
    had, has = before.retention, after.retention
    if had.keep != has.keep:
        direction = (
            ChangeDirection.WIDENED
            if has.keep.longest() > had.keep.longest()
            else ChangeDirection.NARROWED
        )
        words = (
            f"Data for “{after.title}” is kept {period_in_words(has.keep)} instead of "
            f"{period_in_words(had.keep)}."
        )
        yield PromiseChange(direction, after.key, words)
    # Which start is later depends on each person, so the doubt counts as more use.
    if had.starts is not has.starts:
        words = (
            f"The time that data for “{after.title}” is kept now runs from another moment: "
            f"{has.starts.replace('_', ' ')}."
        )
        yield PromiseChange(ChangeDirection.WIDENED, after.key, words)


def _recipients(old: Promise, new: Promise) -> Iterator[PromiseChange]:
    for key, recipient in new.recipients.items():
        before = old.recipients.get(key)
        if before is None or before == recipient:
            continue  # a new recipient is told by the purpose that shares with it
        if before.country != recipient.country:
            direction = (
                ChangeDirection.NARROWED
                if before.third_country and not recipient.third_country
                else ChangeDirection.WIDENED
            )
            here, there = country_in_words(before.country), country_in_words(recipient.country)
            yield PromiseChange(
                direction,
                key,
                f"{_start(recipient.title)} now receives data in {there}, not in {here}.",
            )
        elif (
            before.transfer != recipient.transfer
            or before.kind is not recipient.kind
            or before.name != recipient.name
        ):
            words = (
                f"{_start(recipient.title)} changed: who it is, its part in law, or what protects "
                "data there."
            )
            yield PromiseChange(ChangeDirection.WIDENED, key, words)


def _losses(old: Promise, new: Promise) -> Iterator[PromiseChange]:
    for key, loss in new.losses.items():
        before = old.losses.get(key)
        if before is None:
            yield PromiseChange(
                ChangeDirection.NARROWED,
                key,
                f"When data is lost, we now also promise: {loss.text}",
            )
        elif (before.measure, before.within, before.at_least) != (
            loss.measure,
            loss.within,
            loss.at_least,
        ):
            yield PromiseChange(
                _stricter(before, loss),
                key,
                f"When data is lost, we now promise: {loss.text} (It was: {before.text})",
            )
        elif differs(before.text, loss.text):
            yield PromiseChange(
                ChangeDirection.REWORDED,
                key,
                f"A promise for when data is lost has new words: {loss.text}",
            )
    for key, loss in old.losses.items():
        if key not in new.losses:
            yield PromiseChange(
                ChangeDirection.WIDENED,
                key,
                f"When data is lost, we no longer promise: {loss.text}",
            )


def _stricter(before: LossPromise, after: LossPromise) -> ChangeDirection:
    sooner = after.within and before.within and after.within.longest() < before.within.longest()
    more = after.at_least and before.at_least and after.at_least > before.at_least
    return (
        ChangeDirection.NARROWED
        if before.measure is after.measure and (sooner or more)
        else ChangeDirection.WIDENED
    )


def _other_changes(old: Promise, new: Promise) -> Iterator[PromiseChange]:
    for measure in old.security:
        if measure not in new.security:
            yield PromiseChange(ChangeDirection.WIDENED, "security", f"We no longer say: {measure}")
    for measure in new.security:
        if measure not in old.security:
            yield PromiseChange(ChangeDirection.NARROWED, "security", f"We now also say: {measure}")
    # What decides whom we must tell of a loss is said apart from names and addresses.
    for sentence in declaration_changes(old.organisation, new.organisation):
        yield PromiseChange(ChangeDirection.REWORDED, "organisation", sentence)
    for sentence in agreement_changes(old, new):
        yield PromiseChange(ChangeDirection.REWORDED, "notify", sentence)
    if contact_details(old.organisation) != contact_details(new.organisation):
        yield PromiseChange(
            ChangeDirection.REWORDED,
            "organisation",
            "The details of who makes this promise changed.",
        )
    yield from _break_glass(old, new)
    for more, key, sentence in website_changes(old, new):
        direction = ChangeDirection.WIDENED if more else ChangeDirection.NARROWED
        yield PromiseChange(direction, key, sentence)
    for key, channel in new.channels.items():
        if key in old.channels and old.channels[key].staffed != channel.staffed:
            how = "reach our staff" if channel.staffed else "no longer reach our staff"
            yield PromiseChange(
                ChangeDirection.REWORDED, "channels", f"Customers {how} {channel.title}."
            )
        if key in old.channels and old.channels[key].contact != channel.contact:
            way = f"counts as {channel.contact}" if channel.contact else "is no way of contact"
            yield PromiseChange(
                ChangeDirection.REWORDED,
                "channels",
                f"For choices about a way of contact, “{channel.title}” now {way}.",
            )
    # Keys alone decide, so a title that changed is new words; a role or channel that came or went
    # shows with the purposes that name it.
    for section, before, after in (
        ("roles", old.roles, new.roles),
        ("channels", old.channels, new.channels),
    ):
        yield from _titles(
            section,
            {key: party.title for key, party in before.items()},
            {key: party.title for key, party in after.items()},
        )


def _break_glass(old: Promise, new: Promise) -> Iterator[PromiseChange]:
    # Roles and fields in one set: whichever of the two grows, more is seen in an emergency.
    had = {*old.break_glass.roles, *old.break_glass.fields} if old.break_glass else set()
    has = {*new.break_glass.roles, *new.break_glass.fields} if new.break_glass else set()
    for named in sorted(has - had):
        yield PromiseChange(
            ChangeDirection.WIDENED,
            "break_glass",
            f"In an emergency, now also: {_named(new, named)}.",
        )
    for named in sorted(had - has):
        yield PromiseChange(
            ChangeDirection.NARROWED,
            "break_glass",
            f"In an emergency, no longer: {_named(old, named)}.",
        )


def _named(promise: Promise, key: str) -> TranslatedText:
    return promise.fields[key].label if key in promise.fields else promise.roles[key].title


def _titles(
    section: str, before: Mapping[str, TranslatedText], after: Mapping[str, TranslatedText]
) -> Iterator[PromiseChange]:
    for key, title in after.items():
        if key in before and differs(before[key], title):
            yield PromiseChange(
                ChangeDirection.REWORDED, section, f"“{before[key]}” is now called “{title}”."
            )


def _start(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"
