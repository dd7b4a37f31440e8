"""The public face: what is promised, what is held, how losses were handled, and
how to check the record.

Nobody signs in here, and no page or file holds personal data. Every number shown can be listed.

Public: the routes of ``urls``.
"""
