"""The record of every use: an append-only log that anybody can check without trusting us.

Promise: what was written here stays as it was written. Entries become leaves of an RFC 6962
Merkle tree, published as static files (C2SP tlog-tiles) under a signed checkpoint, so that a
changed, missing or reordered entry is found and named by a verifier that shares nothing with
the server but the format.

Invariant: the ledger holds no personal data. A person appears as a handle that only the person's
own key ties to them (design, invariants 4 and 5). The package knows no key store: the caller of
``actions.sequence`` brings the signer.

Public names: ``actions.append``, ``actions.append_many``, ``actions.sequence``; everything in
``queries``; ``verify`` (needs no server) and ``audit`` (this instance's database against its own
log); ``format``, the byte formats, described in ``FORMAT.md``.
"""
