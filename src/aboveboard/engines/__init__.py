"""Set computations over everyone held: DuckDB, embedded.

Promise: from a list of people or from the blind digests of a leaked file, say exactly who was
exposed, with which data, where they live and how they can be reached; and list them page by page.

Invariants: no rule of law is held here (bands come from the caller's ``score``); no plaintext
about anybody is read or written, only person ids, digests, bitmaps and coarse facets; a result
appears whole or not at all; connections are closed.

Public: ``snapshot.take_snapshot``, ``leak.LeakWriter``, ``exposure.from_manifest``,
``exposure.from_leak``, ``listing.summary``, ``listing.page``, ``listing.person``,
``listing.lines``. Formats: ``FORMAT.md``.

The statements are named files in ``sql/``, in DuckDB's dialect; ids and digests are signed 64-bit
integers, which every engine reads alike.
"""
