"""By when a person's request must be answered: dated, cited data, and the clock over it.

Promise: the same request, place and events always give the same day, with the provision and every
assumption in words. A place or a day that was not checked gets the stricter of what is known, and
the answer says that counsel must be asked; there is never no answer.

Public: ``terms`` (kinds of request, what happens to a clock, the deadline), ``deadlines`` (``due``,
``appeal_due``), ``catalogue`` (the entries), ``checks``, ``listing``.
"""
