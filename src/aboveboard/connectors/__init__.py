"""The organisation's other systems: finding, reading, correcting and erasing what they hold of a
person (GDPR Art. 15 to 21), by declaration.

Promise: a system that is declared answers like every other one, whatever kind it is. Invariant: a
declaration is data; nothing that somebody gives us is ever run, and no secret stands in it.

Public: ``contract`` (what every connector can do).
"""
