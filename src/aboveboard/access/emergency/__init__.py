"""Break-glass: a justified use in an emergency, for minutes, seen at once by the person and the
privacy lead, reviewed afterwards.

Invariants: an emergency use is written down (entry ``use.emergency``, or ``emergency.refused``)
before anything is shown, as every use is; a client never gets one; nobody reviews their own. Why
it was asked is a code in the ledger; the note for the reviewers is sealed under the person's own
key and never leaves the database otherwise.

Public: ``actions.break_glass``, ``actions.show_again``, ``review.review``, ``queries``.
"""
