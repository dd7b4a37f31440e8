"""Notices leave here: one durable row for each person, channel and batch.

Promise: everyone queued is reached or stands as a row with the reason why not, and nobody whose
sending was recorded is sent to again.
Invariant: a dispatch is in the hands of one worker at a time; what it renders (address, name,
text) lives in memory only, never in a row, a log or an error.

What is not promised: a mail server that accepts a message in the moment a worker is killed, before
that is recorded (at most ``limits.DELIVERY_GROUP`` messages or ``limits.DELIVERY_GROUP_WAIT``), is
given the message again, with the same Message-ID, so that it can tell.

Public names: ``actions.open_batch``, ``actions.queue``, ``actions.pause``, ``actions.resume``,
``actions.requeue``, ``actions.drain``; ``queries.progress``, ``queries.dispatches``,
``queries.for_person``, ``queries.caught``, ``queries.read_caught``; ``rendering.renderer``,
``rendering.Rendered``, ``rendering.Skip``, ``rendering.Item``; ``catcher.start``.
"""
