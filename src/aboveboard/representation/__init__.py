"""Who may act for whom: a child's guardian, somebody with a power of attorney, a carer, the
executor of somebody who died; each on evidence, for what it allows, and until when.

Invariant: nobody acts for somebody on the word of one member of staff, after the end, or under a
row that this program did not write; and what they do stands in the person's record as theirs.

Public: ``actions``, ``queries``, and, pure, ``terms`` and ``records``.
"""
