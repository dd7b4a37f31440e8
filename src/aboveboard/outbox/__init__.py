"""Messages and jobs, written in the same transaction as the change that causes them.

Promise: what a change says must happen next is as durable as the change itself, is done at least
once, and when it cannot be done stands as a row with a reason.
Invariant: a row holds references (ids, codes), never personal data; :mod:`.reference` refuses it.

Public names: ``actions.post``, ``actions.post_many``, ``actions.claim``, ``actions.finish``,
``actions.fail``, ``actions.retry``, ``actions.retry_delay``; ``jobs.enqueue``,
``jobs.run_jobs_once``; ``queries.waiting``, ``queries.failed``, ``queries.oldest_age``.
"""
