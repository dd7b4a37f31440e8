"""What each kind of field takes in, what of it is sealed, how it is recognised and how it is shown.

Invariant: a full card number is never sealed, so nothing can show one. A value that does not fit
its kind is refused where it comes in, saying what was expected and never what was written.

Public: ``values.reader`` and ``values.read`` (the check at the border), ``values.display`` (what a
screen shows), ``normalise.normal_forms`` (what a value is filed under and found by) and
``recognise.matches`` (what an unlabelled value looks like), ``text.find`` (personal data in
running text).
"""
