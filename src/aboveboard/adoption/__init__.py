"""How a promise is written, weighed, adopted by two people, and told to whom it concerns.

Promise: a draft keeps every text it ever had; what one person proposes another adopts, and by the
log's word, not a row's; whoever must hear of the change is written to once, and whose yes no longer
covers what is done is asked again. Invariant: nobody adopts what they proposed.

Public: ``drafting``, ``adopting``, ``weighing``, ``notifying``, ``concerned``, ``queries``.
"""
