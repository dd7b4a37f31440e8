"""Break-glass: a justified look in an emergency, for minutes, seen at once by the person and the
privacy lead, reviewed after.

Invariants: an emergency look is written down (entry ``use.emergency``, or ``emergency.refused``)
before anything is shown, as every use is; a program never gets one; nobody reviews their own. Why
it was asked is a code in the ledger; words for the reviewers are sealed under the person's own key
and never leave the database otherwise.

Public: ``asking.break_glass``, ``asking.show_again``, ``review.review``, ``queries``.
"""
