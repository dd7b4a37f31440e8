"""Reading a leaked file: whatever its encoding or form, row by row, keeping nothing of it.

``packed`` opens what is packed, with ``archives``, ``sevenzip``, ``tables`` and ``unpacking``;
``lines`` bounds and decodes; ``form`` finds out what kind of file it is, with ``cells``,
``objects``, ``records`` and ``named``; ``columns`` guesses what
each column holds, to be confirmed by a person; ``reading`` yields rows and the reasons of those
that could not be read; ``passwords`` tells a strong hash from a readable one; ``digesting`` turns
rows into blind digests; ``blocks`` cuts a file for ``sharing``, which has it read on all cores;
``staging`` keeps an upload sealed until its columns are confirmed;
``opening`` opens the incident.

Invariant: a reason never quotes what the line says, and no plaintext of a leak is written anywhere.
"""
