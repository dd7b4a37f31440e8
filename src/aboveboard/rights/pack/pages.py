"""The pages of a pack to read: an index, and one page for each system, more where it is long.

Each stands alone: style inside, no script, nothing fetched from anywhere, and a policy that would
forbid it (CSP Level 3). Every value is escaped, and set apart in its own direction.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import islice
from typing import Final

from aboveboard.rights.pack import limits
from aboveboard.rights.pack.contents import PackFacts, PackRecord
from aboveboard.rights.pack.explaining import (
    ExplainedPoint,
    general_points,
    system_answer,
    system_points,
)
from aboveboard.rights.pack.parts import PackPart
from aboveboard.rights.pack.words import PackWords, readable

_STYLE: Final = (
    "body{font:1.1rem/1.5 system-ui,sans-serif;color:#0b0c0c;background:#fff;max-width:60rem;"
    "margin:0 auto;padding:1rem}"
    "h1{font-size:2rem;line-height:1.2}h2{margin-top:2.5rem}h3{margin-bottom:.25rem}"
    "a{color:#1d70b8;text-underline-offset:.15em}a:focus{outline:3px solid #0b0c0c;"
    "background:#fd0}"
    "table{border-collapse:collapse;width:100%}caption{text-align:left;font-weight:bold}"
    "th,td{border-bottom:1px solid #b1b4b6;padding:.4rem .8rem .4rem 0;text-align:left;"
    "vertical-align:top;overflow-wrap:anywhere}"
    ".wide{overflow-x:auto}.wide:focus{outline:3px solid #0b0c0c}"
    "dl{border-top:2px solid #0b0c0c;padding-top:.5rem}dt{font-weight:bold}"
    "dd{margin:0 0 .5rem;overflow-wrap:anywhere;white-space:pre-wrap}"
    ".empty{color:#505a5f}nav ul{padding-left:1.2rem}"
    "@media print{a{color:inherit;text-decoration:none}}"
)
_DIGEST: Final = b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{_DIGEST}'; base-uri 'none'; form-action 'none'"
)


def index_page(
    facts: PackFacts, parts: Sequence[PackPart], words: PackWords, files: Iterable[tuple[str, str]]
) -> Iterator[bytes]:
    """Yield the first page: what this is, where we looked, what the person can do.

    ``files``: a path and what it is, for each file besides the pages.
    """
    title = words.say("title", organisation=facts.promise.organisation.name)
    intro = words.say(
        "intro",
        received=words.day(facts.received_on),
        request=facts.reference,
        made=words.day(facts.made_at),
    )
    withheld = sum(sum(part.tally.withheld_files.values()) for part in parts)
    points = general_points(facts, words, withheld)
    yield from _begin(title, words)
    yield _text(f"<p>{_escaped(intro)}</p><p>{_escaped(words.say('how'))}</p>")
    yield _text(f'<nav aria-label="{_escaped(words.say("contents"))}"><ul>')
    yield _text(f'<li><a href="#systems">{_escaped(words.say("systems"))}</a></li>')
    for point in points:
        yield _text(f'<li><a href="#{point.key}">{_escaped(point.heading)}</a></li>')
    yield _text(f'<li><a href="#files">{_escaped(words.say("file_list"))}</a></li></ul></nav>')
    yield _text(f'<h2 id="systems">{_escaped(words.say("systems"))}</h2>')
    yield _text(f"<p>{_escaped(words.say('systems_intro'))}</p><ul>")
    for part in parts:
        answer = system_answer(part.system, words, records=part.records, files=part.files)
        name = _escaped(part.system.name)
        yield _text(f'<li><a href="{page_path(part, 1)}">{name}</a>: {_escaped(answer)}</li>')
    yield _text("</ul>")
    for point in points:
        yield from _point(point, 2)
    yield _text(f'<h2 id="files">{_escaped(words.say("file_list"))}</h2><ul>')
    for path, meaning in files:
        yield _text(
            f'<li><a href="{_escaped(path)}">{_escaped(path)}</a>: {_escaped(meaning)}</li>'
        )
    yield _text("</ul>")
    yield _END


def page_path(part: PackPart, number: int) -> str:
    """Return where a page of a system stands in the pack."""
    return f"systems/{part.folder}.html" if number == 1 else f"systems/{part.folder}-{number}.html"


def page_count(part: PackPart) -> int:
    """Return how many pages a system has."""
    return max(1, -(-part.records // limits.PAGE_RECORDS))


def system_pages(
    facts: PackFacts, part: PackPart, words: PackWords, files: Sequence[tuple[str, str]]
) -> Iterator[Iterator[bytes]]:
    """Yield the pages of one system, each to be read before the next.

    ``files``: path in the pack and name of each file of this system.
    """
    records = _flow(part)
    for number in range(1, page_count(part) + 1):
        yield _system_page(facts, part, words, files, records, number)


def _system_page(
    facts: PackFacts,
    part: PackPart,
    words: PackWords,
    files: Sequence[tuple[str, str]],
    records: Iterator[tuple[str, PackRecord]],
    number: int,
) -> Iterator[bytes]:
    pages = page_count(part)
    title = part.system.name
    if pages > 1:
        title = words.say(
            "of", what=title, text=words.say("page_of", page=f"{number} / {pages}").lower()
        )
    yield from _begin(title, words)
    yield _text(f'<p><a href="../index.html">{_escaped(words.say("back"))}</a></p>')
    if number == 1:
        answer = system_answer(part.system, words, records=part.records, files=part.files)
        yield _text(f"<p>{_escaped(answer)}</p>")
        for point in system_points(facts, part.system, words):
            yield from _point(point, 2)
        if files:
            yield _text(f"<h2>{_escaped(words.say('files'))}</h2><ul>")
            for path, name in files:
                yield _text(
                    f'<li><a href="../{_escaped(path)}"><bdi>{_escaped(name)}</bdi></a></li>'
                )
            yield _text("</ul>")
    yield from _records(part, words, islice(records, limits.PAGE_RECORDS))
    if pages > 1:
        yield _text(f'<nav aria-label="{_escaped(words.say("page_of", page=number))}"><ul>')
        for other, key in ((number - 1, "previous"), (number + 1, "next")):
            if 1 <= other <= pages:
                path = page_path(part, other).partition("/")[2]
                yield _text(f'<li><a href="{path}">{_escaped(words.say(key))}</a></li>')
        yield _text("</ul></nav>")
    yield _END


def _flow(part: PackPart) -> Iterator[tuple[str, PackRecord]]:
    for name, records in part.collections():
        for record in records:
            yield name, record


def _records(
    part: PackPart, words: PackWords, records: Iterable[tuple[str, PackRecord]]
) -> Iterator[bytes]:
    current = ""
    columns: list[str] = []
    table = False
    for name, record in records:
        if name != current or not columns:
            yield _text("</tbody></table></div>" if table else "")
            current, columns = name, part.columns(name)
            table = len(columns) <= limits.TABLE_COLUMNS
            count = words.number(part.tally.collections[name].records)
            heading = _escaped(words.say("collection", name=name, records=count))
            yield _text(f"<h2>{heading}</h2>")
            if table:
                cells = "".join(f'<th scope="col">{_escaped(each)}</th>' for each in columns)
                yield _text(
                    f'<div class="wide" role="region" tabindex="0" aria-label="{heading}">'
                    f"<table><thead><tr>{cells}</tr></thead><tbody>"
                )
        values = record.values.reveal()
        if table:
            cells = "".join(
                f"<td>{_cell(words.value(values.get(each)), words)}</td>" for each in columns
            )
            yield _text(f"<tr>{cells}</tr>")
        else:
            pairs = "".join(
                f"<dt>{_escaped(key)}</dt><dd>{_cell(words.value(value), words)}</dd>"
                for key, value in values.items()
            )
            yield _text(f"<dl>{pairs}</dl>")
    yield _text("</tbody></table></div>" if table else "")


def _begin(title: str, words: PackWords) -> Iterator[bytes]:
    yield _text(
        f'<!doctype html>\n<html lang="{words.language}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="referrer" content="no-referrer"><meta name="robots" content="noindex">'
        f"<title>{_escaped(title)}</title><style>{_STYLE}</style></head><body><main>"
        f"<h1>{_escaped(title)}</h1>"
    )


def _point(point: ExplainedPoint, level: int) -> Iterator[bytes]:
    yield _text(f'<h{level} id="{point.key}">{_escaped(point.heading)}</h{level}>')
    if len(point.sentences) == 1:
        yield _text(f"<p>{_escaped(point.sentences[0])}</p>")
        return
    yield _text("<ul>")
    for sentence in point.sentences:
        yield _text(f"<li>{_escaped(sentence)}</li>")
    yield _text("</ul>")


def _cell(text: str, words: PackWords) -> str:
    # Its own direction: Hebrew in a cell must not turn what stands beside it.
    if text:
        return f"<bdi>{_escaped(text)}</bdi>"
    return f'<span class="empty">{_escaped(words.say("empty"))}</span>'


def _escaped(text: str) -> str:
    return escape(readable(text), quote=True)


def _text(markup: str) -> bytes:
    return markup.encode()


_END: Final = b"</main></body></html>\n"
