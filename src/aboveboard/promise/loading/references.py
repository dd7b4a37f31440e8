"""Does everything that a promise names exist, and does everything it declares serve a purpose?"""

from __future__ import annotations

from collections.abc import Iterator

from aboveboard.kinds.kind import formats_of, needs_format
from aboveboard.promise.loading.lines import Item, Scalar, Table, entries, list_scalars, scalar_text
from aboveboard.promise.loading.problems import Located, ProblemReport, quoted
from aboveboard.promise.loading.shape import nearest

_LISTS = (
    ("fields", "field", "undeclared_field"),
    ("roles", "role", "undeclared_role"),
    ("channels", "channel", "undeclared_channel"),
    ("recipients", "recipient", "undeclared_recipient"),
)


def check(root: Table, report: ProblemReport) -> None:
    """Report words that nothing declares, fields and recipients that nothing uses, and
    languages nobody listed."""
    for key, purpose in entries(root, "purposes").items():
        for section, noun, code in _LISTS:
            declared = entries(root, section)
            for named in list_scalars(purpose, section):
                if named.text not in declared:
                    message = (
                        f"The purpose {quoted(key)} names the {noun} {quoted(named.text)}, which "
                        f"`{section}` does not declare."
                    )
                    report.add(named, code, message, nearest(named.text, declared))
    _check_formats(root, report)
    _check_break_glass(root, report)
    _check_collection(root, report)
    # A word misspelt in a purpose leaves its field unused too, and both are said: which of them is
    # wrong, only the writer knows.
    _check_unused(root, report)
    _check_languages(root, report)


def _check_formats(root: Table, report: ProblemReport) -> None:
    for key, field in entries(root, "fields").items():
        kind, chosen = scalar_text(field, "kind"), entries(field).get("format")
        known = formats_of(kind)
        if chosen is None:
            if needs_format(kind):
                message = f"The field {quoted(key)} is a {kind}, and does not say which."
                report.add(
                    _mark(root, "fields", key),
                    "no_format",
                    message,
                    f"Add `format:` with one of: {', '.join(known)}.",
                )
        elif not known:
            report.add(
                chosen,
                "unknown_format",
                f"A field of kind {quoted(kind)} has no format.",
                "Remove the line.",
            )
        elif scalar_text(field, "format") not in known:
            message = f"A {kind} has no format {quoted(scalar_text(field, 'format'))}."
            report.add(
                chosen, "unknown_format", message, nearest(scalar_text(field, "format"), known)
            )


def _check_collection(root: Table, report: ProblemReport) -> None:
    """Report purposes and fields that points of collection, sources and tools name, and that
    nothing declares."""
    for section, inside, noun, code in (
        ("collection", "purposes", "purpose", "undeclared_purpose"),
        ("automated", "purposes", "purpose", "undeclared_purpose"),
        ("sources", "fields", "field", "undeclared_field"),
    ):
        declared = entries(root, inside)
        for key, item in entries(root, section).items():
            for named in list_scalars(item, inside):
                if named.text not in declared:
                    message = (
                        f"{quoted(key)} names the {noun} {quoted(named.text)}, which `{inside}` "
                        "does not declare."
                    )
                    report.add(named, code, message, nearest(named.text, declared))


def _check_break_glass(root: Table, report: ProblemReport) -> None:
    for section, noun, code in _LISTS[:2]:
        declared = entries(root, section)
        for named in list_scalars(root.entries.get("break_glass"), section):
            if named.text not in declared:
                message = (
                    f"`break_glass` names the {noun} {quoted(named.text)}, which `{section}` does "
                    "not declare."
                )
                report.add(named, code, message, nearest(named.text, declared))


def _check_unused(root: Table, report: ProblemReport) -> None:
    for section, code, message in (
        ("fields", "unused_field", "No purpose uses the field {key}, so it must not be held."),
        ("recipients", "unused_recipient", "No purpose shares data with the recipient {key}."),
    ):
        # Data minimisation (GDPR Art. 5(1)(c)): what no purpose needs may not be held.
        used = {
            named.text
            for purpose in entries(root, "purposes").values()
            for named in list_scalars(purpose, section)
        }
        for key in entries(root, section):
            if key not in used:
                report.add(
                    _mark(root, section, key),
                    code,
                    message.format(key=quoted(key)),
                    "Remove it, or name it in the purpose that needs it.",
                )


def _mark(root: Table, section: str, key: str) -> Located:
    table = root.entries[section]
    return table.marks[key] if isinstance(table, Table) else table


def _check_languages(root: Table, report: ProblemReport) -> None:
    listed = {"en", *(language.text for language in list_scalars(root, "languages"))}
    for table in _translations(root):
        for language, mark in table.marks.items():
            if language not in listed:
                message = f"`languages` does not list {quoted(language)}."
                report.add(
                    mark, "undeclared_language", message, "Add it there, or remove the translation."
                )


def _translations(item: Item) -> Iterator[Table]:
    """Yield the texts in several languages: tables of plain words that have ``en``. Depth is
    bounded by the reader."""
    if isinstance(item, Table):
        if "en" in item.entries and all(
            isinstance(entry, Scalar) for entry in item.entries.values()
        ):
            yield item
        for entry in item.entries.values():
            yield from _translations(entry)
    elif not isinstance(item, Scalar):
        for entry in item.items:
            yield from _translations(entry)
