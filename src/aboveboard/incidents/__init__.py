"""From "something is lost" to everyone notified, inside the clocks of the law.

Promise: who was in it, how bad it is for each, who must be notified by when under which law, and a
notice for each person with only what was exposed of *them*.

Invariants: no number is stated that cannot be listed; no notice is sent before a second person
approved it; nothing of a leaked file is kept but its digest, its size, what became of each line
number, and who of ours was in it; every change is an entry in the ledger without personal data.

The way of an incident:
    ``actions`` and ``leaks.opening`` open it; ``exposure.counting`` counts who was in it;
    ``assessment`` works out how bad it is and whom to notify, by ``law``; ``notices.actions``
    prepares notices, and a second person approves them; ``reports`` fills in the authority's form.

What others read: ``queries`` (staff), ``notices.queries`` (batches, samples, a person's own
notices), ``public`` (the trust centre), as the values in ``views``. ``veris`` reads and writes the
VERIS format.
"""
