"""The organisation's other systems: finding, reading, correcting and erasing what they hold of a
person (GDPR Art. 15 to 21), by declaration.

Promise: a system that is declared answers like every other one, whatever kind it is. Invariant: a
declaration is data; nothing that somebody gives us is ever run, and no secret stands in it.

A kind of system is a ``SystemKind`` of ``declaration`` (how its part is read, how its connector is
built) with a row in ``registry.KINDS``. All of them are held to ``tests/connectors/contract.py``.

Public: ``contract`` (what every connector can do), ``declaration`` and ``registry`` (``active``,
``connector``, ``read_declaration``), ``actions``, ``queries``, ``secrets``, ``by_hand``, ``own``.
"""
