"""Why a person's data must stay, or must rest: legal holds and restrictions of processing.

Each is a row with who, when, why and until when; it is ended by being filled in, never by being
deleted or edited. What a use needs to know of them stands on the person (``Person.held_until``,
``restricted_until``), written in the same transaction, so that a use asks for nothing more.

Public: ``actions`` (place_hold, release_hold, restrict, lift_restriction),
``queries``, ``reasons``.
"""
