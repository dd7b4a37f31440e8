"""Sources of whom a loss affects, each with its evidence and how certain it is: a whole system, the
addresses of an e-mail, a supplier's report; lists and stolen logins are recorded here too.

``recording`` keeps a source, ``systems``, ``mails`` and ``suppliers`` find whom theirs names.

Invariant: of several sources the strongest counts, of each person and of each data of theirs; what
no source says is in no count.
"""
