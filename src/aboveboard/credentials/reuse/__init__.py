"""Passwords that people used elsewhere too, and how passwords are hashed in other systems.

``hashes`` knows the forms of a password hash, judges and verifies them; ``variants`` makes what a
password is changed into from site to site; ``sweep`` holds leaked pairs against hashes; ``actions``
resets what was found of staff.

Invariant: of a leaked pair nothing is kept. A finding is an account, a time, and whether it was the
very password or a variant.
"""
