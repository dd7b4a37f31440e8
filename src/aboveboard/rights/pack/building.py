"""Building a pack: every format, one after another, as a stream of a zip.

1. ``index.html``, then the PDF, so that whoever lists the zip sees first what people read.
2. Of each system its pages, its JSON, its tables.
3. Files that systems hold of the person, as they are.
4. The list of all of it.

Nothing is written in clear: the stream goes straight into an age file (:func:`seal_pack`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aboveboard.basics.personal import Personal
from aboveboard.connectors.contract import Attachment
from aboveboard.rights.pack import agefile, forms, pages
from aboveboard.rights.pack.archive import (
    MANIFEST,
    FileNames,
    PackMember,
    safe_name,
    zip_stream,
)
from aboveboard.rights.pack.contents import PackFacts
from aboveboard.rights.pack.letter import print_letter, summary_letter
from aboveboard.rights.pack.parts import PackPart
from aboveboard.rights.pack.redacting import RedactionTally
from aboveboard.rights.pack.words import PackWords

_ACTIVE: Final = re.compile(
    r"\.(x?html?|svgz?|xml|xslt?|m?js|mht(ml)?|hta|url|lnk|bat|cmd|exe|com|ps1|vbs|jar|sh)$",
    re.IGNORECASE,
)
"""Files that could run something when they are opened: they get ``.txt`` behind."""


@dataclass(frozen=True, slots=True)
class RedactedSpool:
    """What one system put in: its redacted spool, and what stands in it."""

    file: Path
    identity: Personal[str]
    tally: RedactionTally


def pack_parts(facts: PackFacts, spools: Mapping[str, RedactedSpool]) -> list[PackPart]:
    """Return the systems of a pack with their folders. ``spools``: by the key of the system; none
    for those that hold nothing."""
    names = FileNames()
    parts = []
    for system in facts.systems:
        spooled = spools.get(system.key)
        folder = names.unique(system.key.replace(".", "-"))
        parts.append(
            PackPart(
                system,
                folder,
                spooled.file if spooled else None,
                spooled.identity if spooled else Personal(""),
                spooled.tally if spooled else RedactionTally(),
            )
        )
    return parts


def build(facts: PackFacts, spools: Mapping[str, RedactedSpool]) -> Iterator[bytes]:
    """Yield the pack as a zip, in memory that does not grow with it.

    Raises:
        PackDamaged: a spool is not whole.
        LetterNotPrinted: the PDF could not be set.
    """
    parts = pack_parts(facts, spools)
    words = PackWords(facts.language)
    return zip_stream(_members(facts, parts, words), facts.made_at)


def seal_pack(
    out: Path,
    facts: PackFacts,
    spools: Mapping[str, RedactedSpool],
    keys: Sequence[str],
    *,
    watch: Callable[[Iterator[bytes]], Iterator[bytes]] = iter,
) -> str:
    """Write a pack into a new age file for these public keys; return its SHA-256, hex. ``watch``
    yields the same bytes, and may count them.

    Raises:
        WrongAgeKey: a key is none.
        PackDamaged, LetterNotPrinted: as :func:`build`.
    """
    return agefile.seal(out, watch(build(facts, spools)), keys)


def _members(facts: PackFacts, parts: Sequence[PackPart], words: PackWords) -> Iterator[PackMember]:
    files = {part.folder: _file_paths(part) for part in parts}
    listed = _listed(facts, parts, words, bool(any(files.values())))
    yield PackMember("index.html", pages.index_page(facts, parts, words, listed))
    yield PackMember("summary.pdf", [print_letter(summary_letter(facts, parts, words), words)])
    if facts.contact:
        yield PackMember("contact.vcf", forms.vcard(facts.contact))
    yield PackMember("data/pack.json", forms.pack_json(facts, parts, words))
    for part in parts:
        held = files[part.folder]
        for number, page in enumerate(pages.system_pages(facts, part, words, held), 1):
            yield PackMember(pages.page_path(part, number), page)
        if part.file is None:
            continue
        yield PackMember(f"data/{part.folder}.json", forms.system_json(part, held))
        names = FileNames()
        for name, records in part.collections():
            table = names.unique(f"{name.replace('.', '-')}.csv", f"tables/{part.folder}/")
            yield PackMember(table, forms.collection_csv(part.columns(name), records, words))
        for (path, _), attachment in zip(held, part.attachments(), strict=True):
            yield PackMember(path, attachment.chunks)


def _file_paths(part: PackPart) -> list[tuple[str, str]]:
    """Return where each file of a system goes in the pack, and what it is called there."""
    names, folder = FileNames(), f"files/{part.folder}/"
    return [
        (names.unique(_harmless_name(each), folder), each.name.reveal())
        for each in part.attachments()
    ]


def _harmless_name(attachment: Attachment) -> str:
    name = safe_name(attachment.name.reveal())
    return f"{name}.txt" if _ACTIVE.search(name) else name


def _listed(
    facts: PackFacts, parts: Sequence[PackPart], words: PackWords, files: bool
) -> list[tuple[str, str]]:
    """Return the files of the index that stand beside its pages: path, and what it is."""
    held = any(part.file for part in parts)
    say: Callable[[str], str] = words.say
    rows = [("summary.pdf", say("file_pdf"))]
    rows += [("contact.vcf", say("file_vcf"))] if facts.contact else []
    rows += [("data/", say("file_json"))]
    rows += [("tables/", say("file_csv"))] if held else []
    rows += [("files/", say("file_files"))] if files else []
    return [*rows, (MANIFEST, say("file_manifest"))]
