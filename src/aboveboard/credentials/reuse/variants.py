"""What a password is changed into from site to site: the changes that Pal and others found most
("Might I Get Pwned", USENIX Security 2022; Das and others, NDSS 2014), the likeliest first. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

_ADDED = ("1", "!", "123", "12", "2", "01", ".", "a")
_REPLACED = str.maketrans("aeios", "@310$")


def variants(password: str, *, most: int) -> list[str]:
    """Return up to ``most`` passwords that somebody with this one may have elsewhere, without the
    password itself."""
    made: dict[str, None] = {}
    for each in _changed(password):
        if len(made) == most:
            break
        if each and each != password:
            made[each] = None
    return list(made)


def _changed(password: str) -> Iterator[str]:
    yield password[:1].swapcase() + password[1:]
    yield password[:-1]
    yield password + "1"
    yield password + "!"
    capital = password[:1].upper() + password[1:]
    yield capital + "1"
    yield capital + "!"
    yield password[:-2]
    # A number at the end is counted up, as those who must change it every month do.
    stem = password.rstrip("0123456789")
    if digits := password[len(stem) :]:
        yield stem
        yield f"{stem}{int(digits[-9:]) + 1:0{len(digits[-9:])}}"
    yield from (password + added for added in _ADDED)
    yield password.lower()
    yield password.upper()
    yield password.translate(_REPLACED)
    yield password[1:]
    yield password + password[-1:]
    yield password[-3:]
    yield from (capital + added for added in _ADDED)
    yield password + password
