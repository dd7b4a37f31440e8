"""Notices: what each person is told of a loss, in their language, with only
what was exposed of them.

``texts`` loads the words, ``rendering`` makes a notice of them (pure), ``actions`` prepare,
approve, stop and resume, ``sending`` is what ``delivery`` calls, ``queries`` shows how far a batch
is and what a person was told.

Invariant: the texts that are sent are those that the second person approved, byte for byte.
"""
