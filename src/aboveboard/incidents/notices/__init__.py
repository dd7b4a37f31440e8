"""Notices: what each person is told of a loss, in their language, with only
what was exposed of them.

``rendering`` makes a notice of the words (pure), ``review`` lists the texts and who gets them, with
their ``differences`` (pure); ``actions`` prepare, approve, stop and resume, ``changes`` asks for
others and answers; ``sending`` is what ``delivery`` calls, ``queries`` shows how far a batch is and
what a person was told.

Invariant: the texts that are sent are those that the second person approved, byte for byte.
"""
