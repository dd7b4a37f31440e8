"""Explaining decisions without making a use: who may see a field, why something was refused,
would something be allowed.

Invariant: nothing is opened here, and no grant is made. Asking about one person is itself a use of
what they chose, so it is an entry (``explain.asked``) with their handle, and they see it beside the
uses of their data.

Public: ``field.uses_of_field`` (pure), ``person.explain_request``,
``person.explain_entry``.
"""
