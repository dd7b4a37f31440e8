"""Who is asking: sign-in for customers and staff, clients and their tokens, roles, sessions, and
the gate of every view.

Promise: nobody passes a view without a declaration (:mod:`aboveboard.accounts.gate`), staff only
with a second factor, and authentication itself is django-allauth's, never our own.

Invariant: nothing a customer typed to sign in is kept in clear. A customer's account is a
``person_id``; the address they type is matched through :mod:`aboveboard.accounts.directory`, the
code goes to that address, and what allauth must remember in between is in a sealed session
(:mod:`aboveboard.accounts.sessions`).
"""
