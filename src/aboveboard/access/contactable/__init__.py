"""Who may be contacted for a purpose through a channel: everybody held, decided about set-wise.

Invariants: nothing is opened; the answer about each person is that of the decision itself, made
once for each class of people about whom it must come out the same; every number can be listed; that
it was asked is written down.

Public: ``asking.ask``, ``asking.ContactReport``.
"""
