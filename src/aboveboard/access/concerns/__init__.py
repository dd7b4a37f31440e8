"""A person says that a use of their data seems wrong, and is answered.

Promise: whoever asks is told by when they get an answer, and sees it beside the use; nobody answers
for a use of their own. Invariant: the ledger has a code and numbers. What the person wrote, and
what they are answered, is sealed under their key and goes with it.

Public: ``terms`` (what seems wrong, and the kinds of answer), ``actions`` (raise, take, hand over,
answer), ``queries`` (the queue, and a person's own), ``reading`` (the person's own words, as a
use).
"""
