"""From "something is lost" to everyone told, inside the clocks of the law.

Promise: who was in it, how bad it is for each, who must be told by when on what law, and a notice
for each person with only what was exposed of *them*.

Invariants: no number is stated that cannot be listed; no notice is sent before a second person
approved it; nothing of a leaked file is kept but its digest, its size, what became of each line
number, and who of ours was in it; every change is an entry in the ledger without personal data.

Public:
    ``actions``: ``report_loss``, ``open_other``, ``change``, ``note``, ``mark_done``, ``contain``,
        ``told``, ``close``, ``reopen``, ``publish``.
    ``leaks.opening``: ``look`` (what columns a file has), ``open_from_leak``;
        ``leaks.staging`` for uploads.
    ``counting``: ``count``, ``enqueue`` (the job ``incident.count``).
    ``judging``: the questions asked (``circumstances``) and the law applied (``assessing.assess``).
    ``notices.actions``: ``prepare``, ``approve``, ``send_back``, ``stop``, ``resume``;
        ``notices.rendering.render`` (pure).
    ``queries``: all that staff see; ``notices.queries``: batches, samples, and what one person was
        told; ``public``: the trust centre.
    ``reports``: ``authority_report``, ``report_json``; ``veris``:
        ``export``, ``read``, ``bring_in``.
    ``law``: the rules, pure.
"""
