"""An independent check of a published log. It shares the byte formats with the
writer, and nothing else.

Give ``log.verify_log`` a source of files (a folder, or an address) and the keys that are trusted;
it reads everything once, in constant memory, and returns every finding by name: a changed, missing
or moved entry, a wrong or missing tile, a bad signature, a fork, a stale head.

Invariant: nothing here imports Django, the database, or any package but ``basics``.
"""
