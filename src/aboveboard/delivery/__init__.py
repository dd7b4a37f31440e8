"""Notices leave here: one durable row for each person, channel and batch.

Promise: everyone queued is reached or stands as a row with the reason why not, and nobody whose
sending was recorded is sent to again.
Invariant: a dispatch is in the hands of one worker at a time; what it renders (address, name,
text) lives in memory only, never in a row, a log or an error.

What is not promised: a mail server that accepts a message in the moment a worker is killed, before
that is recorded (at most ``limits.DELIVERY_GROUP`` messages or ``limits.DELIVERY_GROUP_WAIT``), is
given the message again, with the same Message-ID, so that it can tell.

``actions`` opens a batch, queues people in it, stops it, sends what is due; ``queries`` says how
far it is; ``rendering`` is what a package that sends must give; ``templates`` and ``letters`` make
a text and HTML of words and facts; ``catcher`` is the mail server of the demonstration.
"""
