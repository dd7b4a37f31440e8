"""Passwords that nobody guesses: one policy at every door, and lists of leaked passwords.

Promise: what may be a password is judged by one rule (NIST SP 800-63B-4, 3.1.1.2) wherever one is
set, here and in the organisation's other systems, and whoever is refused one is told in words what
to do instead.

Invariant: a password is in the memory of the process that was given it, and nowhere else: not in a
row, a log, an address or an answer. What leaves this machine of it is five hexadecimal digits of
its SHA-1, to a service that was switched on.

Public: ``policy`` (pure), ``words`` (what a judgement says), ``queries`` (judge by the settings),
``breached`` (the list, its making and the service), ``validators`` (for Django),
``reuse`` (what other sites leaked).
"""
