"""One data key per person, wrapped by a root key that never reaches the database.

Invariant: destroying a person's row here is what makes their record unreadable for good (design,
invariant 5). Nothing else holds a person's key, wrapped or not.

Public: ``provider.RootKeyProvider`` (the plug point), ``actions.make_keys``, ``actions.destroy``,
``queries.person_key``, ``queries.person_keys``, ``queries.instance_secret``.
"""
