"""An e-mail whose addresses everybody saw, because they stood in To or Cc and not in Bcc: everyone
whose address stood there was shown to all the others, and is who must be told.

Read are the lines To, Cc and Bcc of a message, or what somebody pasted of them. Of an address that
is nobody's we know, a keyed digest is kept and nothing else: it is counted once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import decode_header
from typing import Final

from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Invalid
from aboveboard.basics.facts import Code
from aboveboard.engines.exposure import MANIFEST
from aboveboard.engines.leak import KEYS, SEARCHED
from aboveboard.engines.snapshot import split_digest, write_rows
from aboveboard.incidents import lifecycle, limits
from aboveboard.incidents.entries import AffectedStated
from aboveboard.incidents.exposure.folders import working_folder
from aboveboard.incidents.leaks import index_keys
from aboveboard.incidents.leaks.keyed import LeakKey
from aboveboard.incidents.models import AffectedList
from aboveboard.incidents.sources.recording import (
    ExposedData,
    FoundSource,
    check_takes_sources,
    in_people,
    record_source,
)
from aboveboard.incidents.terms import Certainty, SourceWay
from aboveboard.kinds import normalise
from aboveboard.vault import bulk, generations

ADDRESS_DATA: Final = "user.contact.email"
NAME_DATA: Final = "user.name"
_HEADERS: Final = {
    "to": "to", "an": "to", "à": "to", "a": "to", "resent-to": "to", "apparently-to": "to",
    "cc": "cc", "kopie": "cc", "copie": "cc", "resent-cc": "cc",
    "bcc": "bcc", "cci": "bcc", "blindkopie": "bcc", "resent-bcc": "bcc",
}  # fmt: skip
"""Lines of addresses as messages have them, and as mail programs print them in our languages."""
_FIELD: Final = re.compile(r"([\w-]{1,40})[ \t]*:(.*)", re.DOTALL)
_ADDRESS: Final = re.compile(
    r"[^\s@:;,<>()\[\]\\\"']+@[^\s@:;,<>()\[\]\\\"']+\.[^\s@:;,<>()\[\]\\\"'.]+"
)
_NAMED: Final = re.compile(r"[^\W\d_][^<>@,;\n]*<[^<>\s]+@")
"""A name before an address in angle brackets."""
_BINARY: Final = "\x00"
_BATCH: Final = 500


class NoAddresses(Invalid):
    """There are not two e-mail addresses in it, so nobody’s was shown to another."""

    code = "no_addresses"
    next_step = "Paste the lines To, Cc and Bcc of the message, or save it as text or .eml."


@dataclass(frozen=True, slots=True)
class ShownAddresses:
    """The addresses of a message, each once and in order; how many stood in which line; and whether
    names stood with them. It is not kept."""

    addresses: tuple[str, ...]
    headers: dict[str, int]
    named: bool


def read_addresses(text: str) -> ShownAddresses:
    """Return the addresses in the lines To, Cc and Bcc of a message or of what was pasted; of a
    text without such lines, all that are in it.

    Raises:
        Invalid: it is no text, or has too many. NoAddresses: it has fewer than two.
    """
    if _BINARY in text:
        raise Invalid(
            found="a file that is no text",
            fix="Save the message as .eml or as text: Outlook’s own .msg files cannot be read.",
        )
    lines = _address_lines(text) or [("", text)]
    seen: dict[str, str] = {}
    headers: dict[str, int] = {}
    for header, value in lines:
        for address in _ADDRESS.findall(_decoded(value)):
            known = normalise.email(address) or address.lower()
            if known not in seen:
                seen[known] = address
                headers[header] = headers.get(header, 0) + 1
    if len(seen) < 2:
        raise NoAddresses
    if len(seen) > limits.AFFECTED_LINES:
        raise Invalid(
            found=f"{len(seen):,} addresses",
            fix=f"Add them in parts of at most {limits.AFFECTED_LINES:,}.",
        )
    named = any(_NAMED.search(_decoded(value)) for _, value in lines)
    return ShownAddresses(tuple(seen.values()), {k: n for k, n in headers.items() if k}, named)


def add_mail(
    number: int,
    text: str,
    *,
    more: Sequence[str] = (),
    certainty: Certainty = Certainty.CERTAIN,
    by: Actor,
    at: datetime,
) -> AffectedList:
    """Add everybody whose address stood in a message, each shown to all the others. ``more``: keys
    of what else it showed of each of them, such as that of a clinic's patients.

    Raises:
        NotFound: there is no such incident. Conflict: it is counted from a device or a file.
        Invalid: the text is no message, or what it showed is none.
        NoAddresses: it has fewer than two.
    """
    check_takes_sources(lifecycle.find(number))
    shown = read_addresses(text)
    data = (ADDRESS_DATA, *((NAME_DATA,) if shown.named else ()), *more)
    exposed = ExposedData(tuple(dict.fromkeys(data)), (), certainty)
    bits = exposed.bits
    people, unknown = _look_up(shown.addresses, certainty)
    with working_folder() as scratch:
        listed, strangers = scratch / "people.parquet", scratch / "unknown.parquet"
        write_rows(((each, bits, 0, sure) for each, sure in people.items()), listed, MANIFEST)
        write_rows(unknown, strangers, KEYS)
        lost = len({line for line, *_ in unknown})
        source = FoundSource(
            SourceWay.MAIL,
            len(people),
            bits,
            0,
            certainty,
            {"people": listed, "unknown": strangers},
            {
                "addresses": len(shown.addresses),
                "headers": dict(shown.headers),
                "unknown": lost,
                "names": shown.named,
            },
            f"Affected: {in_people(len(people))} of {len(shown.addresses):,} whose addresses an "
            "e-mail showed.",
            unmatched=lost,
            fact=AffectedStated(
                listed=len(people),
                unmatched=lost,
                way=Code(SourceWay.MAIL.value),
                certainty=int(certainty),
            ),
        )
        return record_source(number, source, by=by, at=at)


def _look_up(
    addresses: Sequence[str], most: Certainty
) -> tuple[dict[int, int], list[tuple[int, int, int, int]]]:
    """Return whom the addresses lead to and how certain each is, and the keys of the others, each
    under its place."""
    index = index_keys.in_hand(generations.current().written)
    people: dict[int, int] = {}
    unknown: list[tuple[int, int, int, int]] = []
    for first in range(0, len(addresses), _BATCH):
        batch = {
            place: index.find_address(address)
            for place, address in enumerate(addresses[first : first + _BATCH], start=first + 1)
        }
        plain = {(kind & ~SEARCHED, digest) for keys in batch.values() for kind, digest in keys}
        known = bulk.find_sharing(plain)
        for place, keys in batch.items():
            sure = {key for key in keys if not key[0] & SEARCHED}
            # Another spelling that reaches the same mailbox is weaker than the address itself.
            exact = _people(sure, known)
            reached = exact or _people(((k & ~SEARCHED, d) for k, d in keys), known)
            strength = Certainty.CERTAIN if exact else Certainty.PROBABLE
            if len(reached) > 1:
                strength = Certainty.NOT_EXCLUDED
            for person in reached:
                people[person] = max(people.get(person, 0), min(int(strength), int(most)))
            if not reached:
                unknown += ((place, kind, *split_digest(digest)) for kind, digest in sure)
    return people, unknown


def _people(keys: Iterable[LeakKey], known: dict[LeakKey, list[int]]) -> set[int]:
    return {person for key in keys for person in known.get(key, ())}


def _address_lines(text: str) -> list[tuple[str, str]]:
    """Return the lines of addresses among the headers of the first message, unfolded."""
    headers: list[tuple[str, str]] = []
    taken = ""
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if taken and line[:1] in (" ", "\t") and line.strip():
            name, value = headers[-1]
            headers[-1] = name, f"{value} {line.strip()}"
            continue
        match = _FIELD.match(line)
        taken = _HEADERS.get(match[1].lower(), "") if match else ""
        if match and taken:
            headers.append((taken, match[2]))
        elif headers and not line.strip():
            break  # a message's own text begins: what it quotes is of another
    return headers


def _decoded(value: str) -> str:
    """Return a header with its encoded words read (RFC 2047)."""
    if "=?" not in value:
        return value
    try:
        parts = decode_header(value)
        return "".join(
            part.decode(charset or "ascii", "replace") if isinstance(part, bytes) else part
            for part, charset in parts
        )
    except (LookupError, ValueError):
        return value
