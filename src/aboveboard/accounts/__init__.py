"""Who is asking: sign-in for customers and staff, roles, sessions, programs' tokens,
and the gate of every view.

Promise: nobody passes a view without a declaration (:mod:`aboveboard.accounts.gate`), staff only
with a second factor, and authentication itself is django-allauth's, never our own.

Invariant: nothing a customer typed to sign in is kept in clear. A customer's account is a
``person_id``; the address they type is matched through :mod:`aboveboard.accounts.directory`, the
code goes to that address, and what allauth must remember in between is in a sealed session
(:mod:`aboveboard.accounts.sessions`).

Public names: ``gate`` (declarations, ``actor_of``, ``person_of``, ``client_of``), ``actions`` (pure
account changes; the audited ones are in ``aboveboard.accounts.staff``), ``queries``,
``directory.register`` and ``sealing.register``, which ``site`` calls once at start-up.
"""
