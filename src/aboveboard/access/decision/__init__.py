"""The parts of the decision, one idea a file: what is asked, what is known, and the questions.
Pure, but for ``known``.

``asked`` what a request is; ``facts`` what is known of the person, and ``known`` how that is
gathered; ``promised`` the questions that need nobody looked up; ``personal`` those about the
person. :mod:`aboveboard.access.decision.decide` puts them together.
"""
