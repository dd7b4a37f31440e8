"""Notifying other systems of what happened, by Standard Webhooks 1.0.0.

Promise: an event that is written with its change reaches every endpoint that listens, at least
once, or stands as a row with the reason why not. Invariant: what is sent holds no personal data, is
read from a ledger entry, and goes out by the one door that connected systems have.

Not promised: the order in which events arrive.

``actions`` adds, pauses and removes endpoints, and replays; ``queries`` lists them and what was
sent; ``sending`` is the worker's part; ``payload`` is what is sent.
"""
