"""The privacy notice, from the promise: nothing is written twice.

Promise: each of the sixteen things that a notice must say (``items``) is said in three layers: a
line at the moment of collection, a short notice, and the whole. What the promise does not say is
found by ``review``, with the line of the file and what to write. Invariant: no sentence of a notice
names anything that the promise does not.

Public: ``building.build_notice``, ``items``, ``languages``, ``review.review_notice``,
``document.as_json``.
"""
