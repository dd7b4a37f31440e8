"""The limits of this package: each with its unit, its default and its source."""

from __future__ import annotations

from typing import Final

LONGEST_PASSWORD: Final = 4096
"""Longest password, in code points: to hash a longer one would be work that anybody may ask for
(Django's own bound). NIST SP 800-63B-4, 3.1.1.2 asks for at least 64."""

LEAST_GUESSES_LOG10: Final = 8.0
"""Fewest guesses of a password, by zxcvbn, as a decimal logarithm: what eight characters by chance
take, and "safely unguessable" in its own words (Wheeler, USENIX Security 2016). Our choice."""

STRONG_GUESSES_LOG10: Final = 10.0
"""From how many guesses on a password is called strong: more than guessing offline against a slow
hash does (ibid.)."""

LEFT_WITHOUT_CONTEXT: Final = 8
"""Characters that must be left of a password without the words that anybody tries first. NIST's
least length of a password beside a second factor."""

CONTEXT_WORD: Final = 4
"""Shortest word, in characters, that is taken out of a password. Our choice: shorter ones stand in
others by chance."""

JUDGED_CHARACTERS: Final = 100
"""How many characters zxcvbn looks at. Its own bound."""

PADDED_TO: Final = 1024
"""Rows of the answer for a prefix come in multiples of this, the rest made up, so that its size
does not tell which prefix was asked for. Two billion passwords are 1,907 to a prefix."""

SERVICE_SECONDS: Final = 3.0
"""Longest time that a password being set waits for the range service. Our choice."""

SERVICE_BYTES: Final = 1024 * 1024
"""Most bytes of an answer of the range service: 20 times the longest today."""

BAD_LINES_SHOWN: Final = 20
"""Lines of a source that cannot be read which are shown by number; the rest is counted."""

BUILD_PROCESSES: Final = 8
"""Most processes that build a list: more wait for the disk. Our choice."""
