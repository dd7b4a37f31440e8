"""What a system is, as its declaration says: which one, of which kind, why it is there, where it
may be reached, and what it holds of a person. Read from YAML; ``docs/reference/system-file.md`` has
every key.

Numbered as in :func:`load`:

1. Is it text, and YAML that is safe to read, without a secret in it?
2. What every system says of itself, and of its collections.
3. What its kind asks (``registry``).
4. Is there anything that nobody asked for?
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from aboveboard.basics.errors import Invalid
from aboveboard.basics.redaction import redact
from aboveboard.connectors.contract import Connector, Verb
from aboveboard.connectors.limits import DECLARATION_BYTES
from aboveboard.connectors.reading import DeclarationPart
from aboveboard.law import categories
from aboveboard.promise.loading import lines
from aboveboard.promise.loading.problems import ProblemReport, PromiseProblem

_KEY: Final = r"[a-z][a-z0-9_-]{0,49}"
_WORD: Final = r"[A-Za-z0-9_.-]{1,100}"
_PROVIDED: Final = "false where it was worked out or got elsewhere, and not from the person"


class DeclarationRefused(Invalid):
    """The declaration {file} cannot be used: {count} to fix."""

    code = "declaration_refused"
    next_step = "First: {first}"

    def __init__(self, problems: tuple[PromiseProblem, ...]) -> None:
        self.problems = problems
        count = "one problem" if len(problems) == 1 else f"{len(problems)} problems"
        super().__init__(file=problems[0].file, count=count, first=problems[0])


@dataclass(frozen=True, slots=True)
class DeclaredField:
    """A column, path or field of a collection.

    Attributes:
        name: as the system calls it; a path with dots where it is nested.
        category: the data category (fideslang), or "".
        identifier: the kind of identifier that it holds, by which the person is found or further
            systems are asked; or "".
        others: whether it is about somebody else as well, so that a person looks before it leaves.
        about: what it is, in words that the person reads; or "".
        provided: whether it came from the person, or from their using a service (GDPR Art. 20(1));
            false where it was worked out, or got elsewhere.
        despite: the data category that a look proposed, and somebody decided against; or "".
    """

    name: str
    category: str = ""
    identifier: str = ""
    others: bool = False
    about: str = ""
    provided: bool = True
    despite: str = ""


@dataclass(frozen=True, slots=True)
class DeclaredCollection:
    """A table, kind of file, resource or folder. ``about``: what it is, for the person;
    ``provided``: as of a field."""

    name: str
    about: str = ""
    fields: Mapping[str, DeclaredField] = field(default_factory=dict)
    provided: bool = True

    @property
    def others(self) -> frozenset[str]:
        """The names of what is somebody else's as well."""
        return frozenset(name for name, declared in self.fields.items() if declared.others)


@dataclass(frozen=True, slots=True)
class SystemDeclaration:
    """One system.

    Attributes:
        key: its name in this instance; part of addresses, logs and entries.
        name, why, source: what it is called, what it is for, and where its data come from: the
            person reads all three (GDPR Art. 15(1)(a) and (g)).
        kind: which builder makes its connector.
        owner: the team that answers for it, and does by hand what it cannot do itself.
        data_uses, data_subjects: of fideslang.
        private_addresses: hosts, addresses and ranges in a private network at which it may be
            reached; everything else that is private is refused.
        collections: what it holds, by name.
        by_hand: what somebody does there for each verb that it cannot be asked itself.
        settings: what its kind read of the declaration.
        provided: whether what it holds came from the person, as of a field.
        automated: whether programs use it; false for paper and the like (GDPR Art. 20(1)(b)).
    """

    key: str
    name: str
    kind: str
    why: str
    source: str
    owner: str
    data_uses: tuple[str, ...]
    data_subjects: tuple[str, ...]
    private_addresses: tuple[str, ...]
    collections: Mapping[str, DeclaredCollection]
    by_hand: Mapping[Verb, str]
    settings: Any
    provided: bool = True
    automated: bool = True


@dataclass(frozen=True, slots=True)
class SystemKind:
    """A kind of system.

    Attributes:
        title: what it is, for people.
        read: given the part of the declaration that is named after the kind, and the parts of its
            collections, returns the settings; wrong ones are reported on the parts.
        build: makes the connector. Connects to nothing.
        collections: what the settings themselves say that it holds, where a kind knows (an API of
            the catalogue); what the file says of a collection goes before it.
    """

    title: str
    read: Callable[[DeclarationPart, Mapping[str, DeclarationPart]], Any]
    build: Callable[[SystemDeclaration], Connector]
    collections: Callable[[Any], Mapping[str, DeclaredCollection]] = lambda _: {}


def load(
    source: str | bytes, *, name: str, kinds: Mapping[str, Callable[[], SystemKind]]
) -> SystemDeclaration:
    """Return what a declaration (YAML, UTF-8) says; ``name`` is what problems call the file.

    Raises:
        DeclarationRefused: with every problem found, in the order of the file.
    """
    report = ProblemReport(name)
    root = _tree(source, report)  # 1
    if root is None:
        raise DeclarationRefused(report.problems())
    part = DeclarationPart(root, "", report, root)
    declaration = _declaration(part, kinds)
    part.report_unknown()  # 4
    if problems := report.problems():
        raise DeclarationRefused(problems)
    return declaration


def _tree(source: str | bytes, report: ProblemReport) -> lines.Table | None:
    start = lines.FilePosition(1, 1)
    if len(source) > DECLARATION_BYTES:
        fix = f"Keep it below {DECLARATION_BYTES // 1024} KiB, or declare two systems."
        report.add(start, "too_large", f"The file has {len(source):,} bytes.", fix)
        return None
    if not source.strip():
        fix = "aboveboard systems propose URL writes one to start from."
        report.add(start, "empty", "The file is empty.", fix)
        return None
    text = lines.decode(source, report)
    root = lines.read(text, report) if text is not None else None
    if not isinstance(root, lines.Table):
        return None
    for scalar in _scalars(root):
        if redact(scalar.text) != scalar.text:
            report.add(
                scalar,
                "secret_in_file",
                "There is a secret in this line; it is not shown.",
                "Name where it is instead (env:, file: or vault:), and change the secret.",
            )
    return root


def _scalars(item: lines.Item) -> Iterator[lines.Scalar]:
    if isinstance(item, lines.Table):
        for key, value in item.entries.items():
            place = item.marks[key]
            yield lines.Scalar(place.line, place.column, key, True)
            yield from _scalars(value)
    elif isinstance(item, lines.Series):
        for value in item.items:
            yield from _scalars(value)
    else:
        yield item


def _declaration(
    part: DeclarationPart, kinds: Mapping[str, Callable[[], SystemKind]]
) -> SystemDeclaration:
    key = part.text(
        "system", "a short name in small letters, such as web-shop", required=True, pattern=_KEY
    )
    kind = part.text("kind", "what it is", required=True, choices=list(kinds))
    addresses = part.part("addresses", "where it may be reached")
    named = part.parts("collections", "what it holds of a person, by name")
    collections = {name: _collection(name, each) for name, each in named.items()}  # 2
    settings = None
    if kind:
        of_kind = kinds[kind]()
        settings = of_kind.read(part.part(kind, f"how {kind} reaches it"), named)  # 3
        if settings is not None:
            collections = {**of_kind.collections(settings), **collections}
    return SystemDeclaration(
        key=key,
        name=part.text("name", "what people call it", required=True),
        kind=kind,
        why=part.text("why", "why it is there, in words that customers read", required=True),
        source=part.text("source", "where its data come from, in words that customers read"),
        owner=part.text("owner", "the team that answers for it"),
        data_uses=part.words("data_uses", "data uses of fideslang"),
        data_subjects=part.words("data_subjects", "data subjects of fideslang"),
        private_addresses=addresses.words(
            "private", "hosts, addresses or ranges in a private network"
        ),
        collections=collections,
        by_hand=_by_hand(part.part("by_hand", "what somebody does there, for each verb")),
        settings=settings,
        provided=part.flag("provided", _PROVIDED, default=True),
        automated=part.flag("automated", "false where no program uses it: paper", default=True),
    )


def _by_hand(part: DeclarationPart) -> Mapping[Verb, str]:
    sentences = {
        verb: part.text(verb.value, f"how somebody does this there: {verb.value}") for verb in Verb
    }
    return {verb: sentence for verb, sentence in sentences.items() if sentence}


def _collection(name: str, part: DeclarationPart) -> DeclaredCollection:
    known = categories.all_categories()
    fields = {}
    for column, each in part.parts("fields", "its columns or paths, by name").items():
        fields[column] = DeclaredField(
            column,
            category=each.text("category", "a data category of fideslang", choices=known),
            identifier=each.text(
                "identifier", "email, phone, customer_number or a name of your own", pattern=_WORD
            ),
            others=each.flag("others", "true where it is about somebody else as well"),
            about=each.text("about", "what it is, in words that customers read"),
            provided=each.flag("provided", _PROVIDED, default=True),
            despite=each.text("despite", "a category that was decided against", choices=known),
        )
    return DeclaredCollection(
        name,
        part.text("about", "what it is, in words that customers read"),
        fields,
        part.flag("provided", _PROVIDED, default=True),
    )
