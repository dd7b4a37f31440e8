"""The face for staff: look somebody up, record a choice, report a loss, lead an
incident, read the promise.

Invariant: it holds no rule. No personal data stands in its addresses: whoever is looked up is
named in the body of a form, and after that by a sealed note that only this member of staff
can use, for half an hour.
"""
