"""Policy as code: what is held, why, on what lawful basis, for how long, who may,
and with whom it is shared.

Invariant: a :class:`~aboveboard.promise.model.Promise` exists only if every rule of ``loading``
holds, so a promise that cannot be explained in plain words is never in force. Law (lawful bases,
transfer grounds, adequate countries, data categories) is data with the date it was checked.

Public: ``loading.load``, ``model``, ``explain``, ``diff``,
``register``, ``actions.adopt_promise``, ``queries.in_force`` and ``queries.version``. The file
is described in ``docs/reference/promise-file.md``. All but ``models``, ``actions`` and
``queries`` work without a database.
"""
