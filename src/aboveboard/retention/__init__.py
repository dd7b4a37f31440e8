"""Why a person's data must be kept, or must not be used, and when it must go: legal holds,
restrictions of processing, and the sweep.

A hold or restriction is a row with who, when, why and until when; it is ended by being filled in,
never deleted or edited. What a use needs to know of them stands on the person (``held_until``,
``restricted_until``), written in the same transaction, so that a use asks for nothing more.
Invariant: nothing is erased that something still needs.

Start at ``actions`` (place_hold, release_hold, restrict, lift_restriction), ``queries`` and
``sweep``.
"""
