"""The promise: what is refused, and why; what an accepted one says. ``edited`` spoils
the sample in one place."""

from datetime import datetime
from functools import cache

from django.db import transaction

from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.facts import Digest
from aboveboard.ledger.actions import append
from aboveboard.promise.entries import PromiseAdopted
from aboveboard.promise.loading import SAMPLE, PromiseProblem, PromiseRefused, load
from aboveboard.promise.model import Promise
from aboveboard.promise.models import PromiseVersion
from aboveboard.promise.queries import digest_of

RETAILER = SAMPLE.read_text("utf-8")


@cache
def retailer() -> Promise:
    """Return the sample, read once for a process: to read it is most of what many a file of tests
    would take to import, and every process imports all of them."""
    return load(RETAILER, name=SAMPLE.name)


def edited(*changes: tuple[str, str], base: str = RETAILER) -> str:
    """Return the sample with each old text, which must be there, replaced once."""
    for old, new in changes:
        assert old in base, f"the sample no longer holds {old!r}"
        base = base.replace(old, new, 1)
    return base


def problems(source: str | bytes) -> tuple[PromiseProblem, ...]:
    """Return what is wrong with a file; none when it is accepted."""
    try:
        load(source, name="promise.yaml")
    except PromiseRefused as refused:
        return refused.problems
    return ()


def adopted_unjudged(source: str, *, at: datetime) -> int:
    """Adopt a promise as a version did that had other rules, and return its number."""
    digest = digest_of(source)
    with transaction.atomic():
        row = PromiseVersion.objects.create(
            digest=digest,
            name="old.yaml",
            source=source,
            adopted_at=at,
            adopted_by=SYSTEM.as_json(),
        )
        adoption = PromiseAdopted(row.serial, Digest(digest))
        row.entry_id = append(adoption, by=SYSTEM, handle=None, at=at)
        row.save()
    return row.serial


Story = tuple[list[tuple[str, str]], str, str, str]
"""Changes to the sample, the code, words of the line that is blamed after them, and of the fix."""


def check_refusal(story: Story) -> None:
    """Make sure that the changes are refused for that code, at that line, with that fix, and that
    whatever else is wrong with them can be acted on too."""
    changes, code, blamed, fix = story
    source = edited(*changes)
    lines = source.splitlines()
    matches = [problem for problem in problems(source) if problem.code == code]
    assert matches, f"not refused for {code}: {[p.code for p in problems(source)]}"
    assert any(blamed in lines[problem.line - 1] and fix in problem.fix for problem in matches), [
        str(problem) for problem in matches
    ]
    for problem in problems(source):
        assert problem.file == "promise.yaml"
        assert 1 <= problem.line <= len(lines)
        assert problem.column >= 1
        assert problem.message.endswith((".", "”"))
        assert problem.fix


SMALL = """\
promise: 1
organisation: {name: Corner Shop, country: FR, trades_in: [FR], contact: moi@corner.example}
languages: [fr]
fields:
  email: {label: {en: E-mail, fr: E-mail}, category: user.contact.email, kind: email, \
sensitive: true}
  allergy: {label: Allergies, category: user.health, kind: text}
roles:
  adviser: {title: us}
channels:
  email: {title: by e-mail}
recipients:
  mailer: {title: the mailer, name: Mailer Inc, kind: processor, country: US, \
transfer: {ground: certification, note: Seen.}}
purposes:
  news:
    title: {en: To send news, fr: Pour vous écrire}
    what: We send you news about what you can eat.
    why: You asked for it.
    basis: consent
    choice: {asks: "May we?", fields: [email, allergy]}
    article9: {condition: explicit_consent, note: The question says so.}
    fields: [email, allergy]
    roles: [adviser]
    channels: [email]
    recipients: [mailer]
    retention: {keep: P1Y, starts: choice, text: Kept one year.}
losses:
  tell: {text: We tell you in a day., measure: people_told, within: P1D}
  reach: {text: We reach most., measure: reached, at_least: 90}
security:
  - Locked.
"""
"""The smallest promise that has one of everything but a website."""

WEBSITE = """\
website:
  necessary: {cookies: {basket: session}}
  purposes:
    news: {cookies: {"_n*": P1Y}, storage: {news: until_removed}, hosts: [news.example], \
consent_mode: [ad_storage]}
  refused_by_gpc: [news]
"""
"""A website for it."""
