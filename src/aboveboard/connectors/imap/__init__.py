"""Mailboxes by IMAP4rev1 (RFC 3501): messages from, to or copied to a person.

Promise: a message is found by an address in its header and by nothing that looks like it, is read
without being marked as read, and is erased by its UID alone: nobody else's message is expunged with
it. A mailbox that was rebuilt (another UIDVALIDITY) is asked again rather than believed.

Public: ``connector`` (the kind ``imap``).
"""
