"""The page that checks a proof, or a whole list, without a network: one file, put together from its
parts when it is downloaded.

It holds the log's keys, so it must come from a place that is trusted; it sends nothing, and its own
content policy lets it fetch nothing and run only the script it came with, named by its hash.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from aboveboard.law import categories
from aboveboard.promise.model import Promise

LANGUAGES: Final = ("en", "fr", "de")
FILE_NAME: Final = "check-a-proof.html"

_FOLDER = Path(__file__).parent
_NOBLE = _FOLDER.parents[1] / "site" / "static" / "vendor" / "noble-ed25519.js"

Names = Mapping[str, Mapping[str, Mapping[str, str]]]
"""Words of the promise: kind of word, key, language."""


def page(name: str, keys: Sequence[str], names: Names) -> str:
    """Return the page. ``name`` is the organisation's, ``keys`` the verifier keys of its log,
    ``names`` the promise's words."""
    words = json.loads((_FOLDER / "words.json").read_text("utf-8"))
    # "<" is written as an escape, so that nothing inside can end the element it stands in.
    data = json.dumps(
        {"keys": list(keys), "names": names, "words": words}, ensure_ascii=False, sort_keys=True
    ).replace("<", "\\u003c")
    # A policy of hashes, since the page is opened from a disk where no header can carry one.
    style, script = _part("page.css"), _script()
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; base-uri "
        "'none'; form-action 'none'"
    )
    parts = {
        "policy": f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        "style": f"<style>{style}</style>",
        "name": html.escape(name),
        "data": f'<script type="application/json" id="data">{data}</script>',
        "script": f"<script>{script}</script>",
    }
    return re.sub(r"<!--(\w+)-->", lambda mark: parts[mark[1]], _part("page.html"))


def names_of(promise: Promise) -> Names:
    """Return the promise's words in every language: purposes, fields, channels
    and roles by their keys."""
    names: dict[str, dict[str, dict[str, str]]] = {
        "purposes": {},
        "fields": {},
        "channels": {},
        "roles": {},
    }
    # All languages at once: the file is kept for years, and read by whoever holds it then.
    for language in LANGUAGES:
        spoken = promise.in_language(language)
        for kind, entries in (
            ("purposes", spoken.purposes),
            ("channels", spoken.channels),
            ("roles", spoken.roles),
        ):
            for key, entry in entries.items():
                names[kind].setdefault(key, {})[language] = str(entry.title)
        for key, field in spoken.fields.items():
            label = categories.get(field.category).label
            names["fields"].setdefault(key, {})[language] = (
                f"{key.replace('_', ' ')} ({label.get(language, label['en'])})"
            )
    return names


@cache
def _script() -> str:
    # The library says in its own text that its last line, the export, is to be
    # removed where it is no module.
    noble = re.sub(r"^export \{[^}]*\};\s*$", "", _NOBLE.read_text("utf-8"), flags=re.MULTILINE)
    return (
        f'"use strict";\nconst noble = (() => {{\n{noble}\nreturn {{ verifyAsync }};\n}})();\n'
        f"{_part('proof.js')}\n{_part('own_list.js')}\n"
        f"{_part('show.js')}"
    )


@cache
def _part(name: str) -> str:
    return (_FOLDER / name).read_text("utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode()
