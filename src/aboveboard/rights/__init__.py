"""What a person can ask for about their own data. So far: correcting it (GDPR Art.
16), and being told that what they asked is answered (Art. 12(3)).

Promise: a new e-mail address is proved before it is used, and the old one is told. Invariant: what
was corrected by hand is not put back by a file (``intake.notes``).

Public: ``correction`` (which fields, and doing it), ``proof`` (of a new address).
"""
