"""Spoiling a sample: cut, doubled, flipped, spliced, filled with what parsers stumble over."""

from __future__ import annotations

import random

_STUMBLES = (
    b"\x00", b"\xff", b"\xef\xbb\xbf", b"\r", b"\n\n", b'"', b"'", b"{", b"}" * 40, b"[" * 40,
    b"\xe2\x80\xa8", b"-1", b"1e400", b"NaN",
    b"99999999999999999999999", b"\xf0\x9f\x92\xa9", b": ", b"&a *a",
    b"!!python/object:x ", b"0x", b"\xff\xff\xff\xff", b"\x00\x00\x00\x00",
    b"\\ud800", b"\\udfff\\ud83d", b"," * 400, b";" * 400,
    b"\\u0000", b"\\x00", b"," * 3000, b'"a":' * 200,
    b"=cmd|' /C calc'!A0", b"2026-13-45", b"%00",
    b"; charset=rot13", b"; charset*=idna''%ff", b"--B\r\n", b"\r\n\r\n", b"\xef\xbc\xa0",
    b"; filename*=zip''%ff", b"a=1&" * 300, b"\xe2\x80\xae", b"\xcc\x81" * 40, b"%u0000", b"%ff",
    b"\xc3", b"\xed\xa0\x80", b"%s", b"..", b"/", b" " * 300, b"=",
)  # fmt: skip


def spoil(sample: bytes, picks: random.Random, others: list[bytes]) -> bytes:
    """Return the sample with one to four things wrong with it."""
    data = bytearray(sample)
    for _ in range(picks.randint(1, 4)):
        at = picks.randint(0, len(data))
        match picks.randint(0, 6):
            case 0 if data:
                data[min(at, len(data) - 1)] ^= 1 << picks.randint(0, 7)
            case 1:
                del data[at:]
            case 2:
                data[at:at] = picks.choice(_STUMBLES)
            case 3:
                data[at : at + picks.randint(1, 8)] = b""
            case 4:
                end = min(len(data), at + picks.randint(1, 40))
                data[at:at] = data[at:end] * picks.randint(1, 3)
            case 5:
                data[at : at + 4] = picks.randbytes(picks.randint(1, 8))
            case _:
                other = picks.choice(others)
                data[at:] = other[picks.randint(0, len(other)) :]
    return bytes(data)
