"""Several organisations, each with an instance of its own, and one portal that shows a person their
uses at all of them: a group of companies, a council with many departments.

Promise: who signs in to the portal sees who used their data at every organisation that they linked,
organisation by organisation, with its state; what one cannot be asked hides no other. Invariant:
nothing of another organisation's uses is kept, and no number or identifier that one instance knows
a person by is of any use at another one that they did not link themselves.

Two sides, in one package because they agree on one thing, the subject of a link
(:mod:`aboveboard.group.subject`): ``organisations``, ``links`` and ``reading`` are the portal's,
``shown`` is that of an instance that is asked.
"""
