"""The law of losing data and of what people ask, as pure rules over dated data: how bad, who must
be told, by when, and in which words; and by when a request must be answered.

Promise: the same facts always give the same answer, and every answer says why in plain words, on
which provision, from data that carries the date it was checked. Time is an argument; nothing here
reads a clock, a database or a setting.

Invariant: a law that does not apply, a place that no rule covers and a harm test that a machine
cannot decide are rows with a reason, never a silence. No figure of the law stands in code: they are
in the YAML files beside these modules, and rules are picked by date.

Public names:
    ``severity``: :func:`~.severity.score` (ENISA: SE = DPC x EI + CB, per person).
    ``risk``: :func:`~.risk.assess` (GDPR Articles 33 and 34).
    ``terms``: what goes into and comes out of ``duties``.
    ``duties``: :func:`~.duties.due` (which duties, to whom, by when).
    ``clocks``: :func:`~.clocks.deadline`, :func:`~.clocks.remaining`.
    ``reports``: what an authority is told (the EDPB template and the ICO form), and what is
        still missing.
    ``rights``: by when a person's request must be answered (:func:`~.rights.deadlines.due`).
    ``rules``: the law as data: duties, definitions, authorities.
"""
