"""A stolen login: what was done with it, from the ledger, exactly.

``reading`` finds its entries and whose records they concern, ``stating`` adds whom it saw to an
incident, ``queries`` shows what it did.

Invariant: what it opened counts, what it was refused does not, and both are listed; an entry about
somebody who can no longer be named is a row too.
"""
