"""What the record holds of a document: its key, name, kind and size. Sealed in the box of
its field, like any value.

So a document is bound to its person, field and origin as every value is, moves with the record when
a key is changed, and is lost for good with the person's key.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from aboveboard.vault.documents.media import document_title

MARK = "\x00aboveboard/attachment/v1\x00"
"""What a box of a document starts with. No other value may hold U+0000."""

ID_BYTES = 16


@dataclass(frozen=True, slots=True)
class DocumentDescriptor:
    """``id`` finds the chunks and ``key`` opens them; ``size`` is in bytes."""

    id: bytes
    key: bytes = field(repr=False)
    name: str = field(repr=False)
    media_type: str
    size: int

    def sealed_text(self) -> str:
        """Return what is sealed in the box."""
        parts = {
            "id": self.id.hex(),
            "key": self.key.hex(),
            "name": self.name,
            "type": self.media_type,
            "size": self.size,
        }
        return MARK + json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @property
    def title(self) -> str:
        """What people are shown in place of the value: ``passport.pdf (PDF, 120 kB)``."""
        return document_title(self.name, self.media_type, self.size)


def read(text: str) -> DocumentDescriptor | None:
    """Return the descriptor that a box holds; None if it holds a value of another kind.

    Raises:
        ValueError: it starts like a descriptor and is none.
    """
    if not text.startswith(MARK):
        return None
    parts = json.loads(text[len(MARK) :])
    try:
        return DocumentDescriptor(
            bytes.fromhex(parts["id"]),
            bytes.fromhex(parts["key"]),
            parts["name"],
            parts["type"],
            parts["size"],
        )
    except (KeyError, TypeError):
        raise ValueError("a descriptor lacks one of its parts") from None
