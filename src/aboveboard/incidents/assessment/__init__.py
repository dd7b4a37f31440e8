"""From counts and circumstances to severity, risk and duties: the questions
asked, and the law applied.

``circumstances`` asks, ``scoring`` applies ``law`` to a count (pure),
``assessing`` writes the answer down.
"""
