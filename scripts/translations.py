"""Keep the translations of the portal and the trust centre: ``python scripts/translations.py``
finds every sentence and compiles.

1. Sentences are found in the templates and modules of ``src/aboveboard/portal`` and ``centre``, in
   the pages of ``accounts`` for signing in, what ``credentials`` says of a password, the parts of
   pages that ``site`` shares, the pages on which staff look customers up, and the reasons for which
   a use is refused.
2. Each ``locale/<language>/LC_MESSAGES/django.po`` gets the new ones, empty, and
   loses those no longer said.
3. Each ``.po`` is compiled to the ``.mo`` that Django reads.

A test fails while a sentence has no translation, or a ``.mo`` is older than its ``.po``.
"""

from __future__ import annotations

import io
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

PORTAL = Path(__file__).parents[1] / "src" / "aboveboard" / "portal"
SHARED = tuple(PORTAL.parent / folder for folder in ("accounts", "centre", "credentials", "site"))
CONSOLE = PORTAL.parent / "console"
LOOK_UP = (
    *(CONSOLE / f"{name}.py" for name in ("apps", "confirming", "correct", "documents", "forms")),
    *(CONSOLE / f"{name}.py" for name in ("people", "third_party")),
    *sorted((CONSOLE / "templates" / "console" / "people").glob("*.html")),
)
"""The pages of the console that are not in English alone, and its navigation."""
LANGUAGES = ("fr", "de")
KINDS = (".html", ".txt", ".py")
_BEGUN = datetime(2026, 11, 22, tzinfo=UTC)
_KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
}


def po_file(language: str) -> Path:
    """Return where a language's sentences are kept."""
    return PORTAL / "locale" / language / "LC_MESSAGES" / "django.po"


def found() -> Catalog:
    """Return every sentence that these pages say, with the file that says it."""
    from django.utils.translation.template import templatize

    from aboveboard.access.reasons import SENTENCES

    catalog = Catalog(fuzzy=False)
    for sentence in SENTENCES.values():
        catalog.add(sentence, locations=[("access/reasons.py", 0)])
    for files in (*map(_files, (PORTAL, *SHARED)), LOOK_UP):
        for file in files:
            source = file.read_text("utf-8")
            if file.suffix != ".py":
                # A template's indentation is no Python's, and the extractor reads Python.
                lines = templatize(source, origin=str(file)).splitlines()
                source = "\n".join(line.lstrip() for line in lines)
            # Line numbers would change the file at every edit, and tell a translator
            # nothing the words do not.
            place = [(file.relative_to(PORTAL.parent).as_posix(), 0)]
            for _, name, message, _ in extract_python(
                io.BytesIO(source.encode()), _KEYWORDS.keys(), (), {}
            ):
                message = (
                    message[:2] if isinstance(message, tuple) and name.startswith("n") else message
                )
                message = (
                    message[0]
                    if isinstance(message, tuple) and not name.startswith("n")
                    else message
                )
                if message and (not isinstance(message, tuple) or all(message)):
                    catalog.add(message, locations=place)
    return catalog


def _files(folder: Path) -> list[Path]:
    return sorted(each for kind in KINDS for each in folder.rglob(f"*{kind}"))


def read(language: str) -> Catalog:
    """Return a language's catalogue as it is kept."""
    file = po_file(language)
    if not file.is_file():
        return Catalog(locale=language, fuzzy=False)
    with file.open("rb") as stream:
        return read_po(stream, locale=language)


def compiled(catalog: Catalog) -> bytes:
    """Return the catalogue in the form that Django reads."""
    stream = io.BytesIO()
    write_mo(stream, catalog)
    return stream.getvalue()


def main() -> int:
    """Bring every language up to date; return 1 while a sentence has no translation."""
    template, missing = found(), 0
    for language in LANGUAGES:
        catalog = read(language)
        catalog.update(template, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        # Who and when is what the history of this repository says; here it would only
        # change the file at every run.
        catalog.project, catalog.version, catalog.creation_date = "Aboveboard", "1", _BEGUN
        catalog.last_translator = catalog.language_team = catalog.msgid_bugs_address = ""
        file = po_file(language)
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("wb") as stream:
            write_po(
                stream,
                catalog,
                width=120,
                omit_header=False,
                sort_output=True,
                include_lineno=False,
            )
        file.with_suffix(".mo").write_bytes(compiled(catalog))
        for message in catalog:
            if message.id and not (
                all(message.string) if isinstance(message.string, tuple) else message.string
            ):
                sys.stdout.write(f"{language}: no translation of {message.id!r}\n")
                missing += 1
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
