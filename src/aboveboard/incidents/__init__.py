"""From "something is lost" to everyone told, inside the clocks of the law.

Promise: who was in it, how bad it is for each, who must be told by when on what law, and a notice
for each person with only what was exposed of *them*.

Invariants: no number is stated that cannot be listed; no notice is sent before a second person
approved it; nothing of a leaked file is kept but its digest, its size, what became of each line
number, and who of ours was in it; every change is an entry in the ledger without personal data.

Public:
    ``actions``: ``report_loss``, ``open_other``, ``change``, ``note``, ``mark_done``, ``contain``, ``close``.
    ``leaks.opening``: ``look`` (what columns a file has), ``open_from_leak``; ``leaks.staging`` for uploads.
    ``counting``: ``count``, ``enqueue`` (the job ``incident.count``).
    ``assessing``: ``assess`` (severity, risk and duties, worked out anew).
    ``notices.actions``: ``prepare``, ``approve``, ``send_back``, ``stop``, ``resume``.
    ``notices.rendering``: ``render`` (pure).
    ``queries``: everything that a face shows; ``notices.queries``: what a person is told, and how far a batch is.
    ``reports``: ``authority_report``; ``veris``: ``export``, ``read``.
    ``law``: the rules, pure.
"""
