"""What a package declares in its ``apps.py`` is the whole of what it does: its ledger entries, its
jobs, and what it holds of people."""

from __future__ import annotations

import ast
import importlib
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db.models import Field, Model

from aboveboard.accounts.models import Account
from aboveboard.basics.facts import Facts, RepeatOnRestore
from aboveboard.basics.package import NotNeeded, PersonalData, gathered, personal_data
from aboveboard.vault.models import Person
from scripts import reference
from tests.house import not_yet, source

PERSON_COLUMNS = ("person_id", "merged_id", "first_id", "second_id")
"""What a column is called that holds a person's number without a foreign key."""


def _kinds(of: type[Facts] = Facts) -> Iterator[type[Facts]]:
    reference.import_everything()
    for kind in of.__subclasses__():
        # A class with slots is made twice, and the first of the two lives until it is collected.
        if getattr(sys.modules[kind.__module__], kind.__name__, None) is kind:
            yield kind
        yield from _kinds(kind)


def _ours() -> list[type[Facts]]:
    ours = (kind for kind in _kinds() if kind.__module__.startswith("aboveboard."))
    # A dataclass with slots is a second class: the first stays below Facts until it is collected.
    return [kind for kind in ours if getattr(sys.modules[kind.__module__], kind.__name__) is kind]


def undeclared_entries() -> Iterator[str]:
    """Yield the entries that are not declared by the package that defines them."""
    declared = {kind: package.name for package in gathered() for kind in package.entries}
    for kind in _ours():
        package = kind.__module__.split(".")[1]
        if declared.get(kind) != package:
            yield f"{package}.{kind.__name__}"


def test_a_package_declares_every_entry_that_it_defines() -> None:
    not_yet.check("undeclared_entries", undeclared_entries(), "declare it in Package.entries:")


def test_no_two_entries_are_of_one_kind() -> None:
    kinds = Counter(entry.kind for package in gathered() for entry in package.entries)
    assert not [kind for kind, times in kinds.items() if times > 1]


def unrepeated_entries() -> Iterator[str]:
    """Yield the entries that a restore is to repeat and cannot, since no package has a function.

    The function may be another package's: the ledger's key is a matter of ``keys``.
    """
    functions = {kind for package in gathered() for kind in package.repeats}
    for package in gathered():
        for kind in package.entries:
            if isinstance(kind.on_restore, RepeatOnRestore) and kind not in functions:
                yield f"{package.name}.{kind.__name__}"


def test_what_a_restore_repeats_has_a_function() -> None:
    not_yet.check(
        "unrepeated_entries", unrepeated_entries(), "give it a function in Package.repeats:"
    )


def test_nothing_else_is_repeated() -> None:
    functions = Counter(kind for package in gathered() for kind in package.repeats)
    for kind, times in functions.items():
        assert times == 1, f"{kind.__name__} has several functions"
        assert isinstance(kind.on_restore, RepeatOnRestore), (
            f"{kind.__name__} is not to be repeated"
        )


def untyped_entries() -> Iterator[str]:
    """Yield where an entry is still written as a string with a dictionary of facts."""
    for path in source.python("src"):
        where = source.in_source(path)
        for node in source.nodes(source.tree(path)):
            if not isinstance(node, ast.Call) or where.startswith("ledger/actions.py"):
                continue
            called = source.dotted(node.func).split(".")[-1]
            named = {keyword.arg for keyword in node.keywords}
            if called == "NewEntry" or (called == "append" and {"facts", "handle"} <= named):
                for kind in _kinds_in(node):
                    yield f"{where} {kind}"


def _kinds_in(call: ast.Call) -> list[str]:
    first = call.args[0] if call.args else None
    words = [
        node.value
        for node in (ast.walk(first) if first else ())
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "." in node.value
    ]
    return words or [source.dotted(call.func)]


def test_entries_are_typed() -> None:
    not_yet.check(
        "untyped_entries", untyped_entries(), "write append(SomeFacts(...)), declared in apps.py:"
    )


def undeclared_jobs() -> Iterator[str]:
    """Yield the kinds of messages that are posted to the outbox and that no package handles."""
    declared = {job.kind for package in gathered() for job in package.jobs}
    for path in source.python("src"):
        calls = [node for node in source.nodes(source.tree(path)) if isinstance(node, ast.Call)]
        for call in calls:
            if source.dotted(call.func).split(".")[-1] in ("post", "post_many", "enqueue"):
                kind = _posted(path, call)
                if kind is not None and kind not in declared:
                    yield kind


def _posted(path: Path, call: ast.Call) -> str | None:
    """Return the kind of message that a call posts, or None where it posts none."""
    name = ".".join(("aboveboard", *path.relative_to(source.SOURCE).with_suffix("").parts))
    words = vars(importlib.import_module(name))
    try:
        function = eval(ast.unparse(call.func), words)  # noqa: S307 our own source
        kind = eval(ast.unparse(call.args[0]), words)  # noqa: S307
    except (NameError, AttributeError):
        return None
    outside = getattr(function, "__module__", "").startswith("aboveboard.outbox")
    return kind if outside and isinstance(kind, str) else None


def test_every_job_is_declared() -> None:
    not_yet.check("undeclared_jobs", undeclared_jobs(), "declare it in Package.jobs:")


def test_no_two_jobs_and_no_two_letters_are_of_one_kind() -> None:
    for declared in ("jobs", "letters"):
        kinds = Counter(each.kind for package in gathered() for each in getattr(package, declared))
        assert not [kind for kind, times in kinds.items() if times > 1], declared


def _points_at(field: Field[object, object]) -> type[Model] | None:
    return field.related_model if isinstance(field.related_model, type) else None


def _tables_about_people() -> set[str]:
    """Return every table with a person's number, whose rows point at a person or an account, or
    at such a row; those of others' packages too."""
    models = {
        model for model in apps.get_models(include_auto_created=True) if not model._meta.proxy
    }
    about: set[type[Model]] = {Person, Account}
    before = 0
    while before < len(about):
        before = len(about)
        about |= {
            model
            for model in models
            for field in model._meta.concrete_fields
            if field.column in PERSON_COLUMNS or _points_at(field) in about
        }
    return {model._meta.label for model in about}


def _owned() -> Counter[str]:
    return Counter(table for _, data in personal_data() for table in data.tables)


def tables_without_owner() -> Iterator[str]:
    """Yield the tables about people that no package has declared."""
    yield from _tables_about_people() - set(_owned())


def test_every_table_about_people_has_an_owner() -> None:
    not_yet.check(
        "tables_without_owner", tables_without_owner(), "declare a PersonalData in apps.py:"
    )


def test_no_table_has_two_owners() -> None:
    assert not [table for table, times in _owned().items() if times > 1]


def test_what_is_declared_is_there() -> None:
    known = {model._meta.label for model in apps.get_models(include_auto_created=True)}
    assert set(_owned()) <= known
    left_out = {table for package in gathered() for table in package.not_backed_up}
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    cache = str(settings.CACHES["default"]["LOCATION"])
    assert left_out <= known | tables | {"django_migrations", cache}


def test_every_question_about_personal_data_is_answered() -> None:
    questions = ("export", "erase", "merge", "split", "re_encrypt", "in_use")
    silent = []
    for package, data in personal_data():
        for question in questions:
            answer = getattr(data, question)
            if not (callable(answer) or (isinstance(answer, NotNeeded) and len(answer.why) > 10)):
                silent.append(f"{package.name}.{data.name}: {question}")
        silent += [f"{package.name}.{data.name} holds nothing"] * (not _holds(data))
    assert not silent, silent


def _holds(data: PersonalData) -> bool:
    return bool(data.tables or data.files)


def test_what_is_held_has_names_of_its_own() -> None:
    names = Counter(data.name for _, data in personal_data())
    assert not [name for name, times in names.items() if times > 1]
