"""The text of documents: PDF, Word, Excel, OpenDocument, HTML, mail, plain files, archives of them.

Promise: each file, and each file inside it, comes out as its text or as a row that says why it
could not be read. Invariant: what a document can make this program use is bounded: bytes, entries,
depth, pages. Nothing in a document is run, followed or fetched.

Public: ``reading.read``, ``document.DocumentText``, ``document.UnreadDocument``.
"""
