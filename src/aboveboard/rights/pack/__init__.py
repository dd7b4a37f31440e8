"""What a person gets when they asked for their data: the pack (GDPR Arts 12, 15 and 20).

Promise: all that the systems answered is in it, explained, in forms that people and programs read.
Invariant: nothing of other people leaves before somebody decided it, and nothing lies on a disk in
clear. What the formats write from is already blacked out (``spool``), so that no format can forget.

Public: ``preparing`` (from a request to its answer, one action), ``assembling`` (what is gathered
of it), ``kept`` (what can be fetched), ``fetching`` and ``serving`` (its link, its bytes),
``stating`` (what a request came to); ``contents`` (what goes in), ``spool`` (what systems answered,
sealed), ``others`` and ``redacting`` (what of it is somebody else's), ``reviewing`` (deciding about
it), ``building`` (the pack), ``agefile`` (its key), ``release`` (making it, its link, its end),
``statement`` (what became of an erasure, a correction, a restriction, an objection).
"""
