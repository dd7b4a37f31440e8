"""The customer's face: what is held about you, why, what you chose, who looked, and what was lost.

It holds no rule: it reads through queries and changes through actions. Every page works without
JavaScript and speaks the person's own language. Opening one's own data is itself a use, and is
written to the ledger like any other.

Public: the routes of ``urls``.
"""
