"""Personal data in running text: where it stands, what kind it is, how sure that is and why.

Promise: a span of each thing that somebody could be known by, or that is told of them, in letters,
tickets and e-mails of any country. Structured values are found by their check digits and by the
words around them; names, places and organisations by small word lists and rules, in English, French
and German. Invariant: pure; nothing is downloaded and nothing is sent. What was found is never part
of the evidence.

It proposes. A name that is in no list and in no telling place is missed, and a word that looks like
a name is taken for one: so a person looks before anything is done with what it found.

Public: :func:`find`, :func:`mask`, :class:`TextSpan`, :class:`TextKind`.
"""

from aboveboard.kinds.text.finder import find, mask
from aboveboard.kinds.text.span import TextKind, TextSpan

__all__ = ["TextKind", "TextSpan", "find", "mask"]
