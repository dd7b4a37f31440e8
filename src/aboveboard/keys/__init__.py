"""One data key per person, wrapped by a wrapping key; that, by a root key that
never reaches the database.

Invariant: destroying a person's row here is what makes their record unreadable for good (design,
invariant 5). Nothing else holds a person's key, wrapped or not. A provider of the root key that is
away stops releases within ``keys.lease`` seconds.

Public: ``actions`` and ``queries`` (people's keys and handles, the instance's secrets),
``wrapping_keys``, ``handles``, ``rotation`` (root key, ceremonies, progress), ``log_signing``. The
plug point is ``providers.provider.Provider``.
"""
