"""Retellings of breaches in free text, read into the facts that the rules take.

Promise: a story told in the shape of the regulators' cases (a mapping of short texts,
lists, numbers and yes/no answers) gives the same answer as the facts it tells; the reading
adds no rule of law. Words that are not understood are read with care: unknown hands, an
unknown outage, no encryption.

Invariant: every word that the reading knows is in ``words.yaml`` or ``grades.yaml``.

Public names: :func:`~.breach.facts_of` (EDPB-like breach cases), :func:`~.scores.answer`
(ENISA-like scoring cases).
"""
