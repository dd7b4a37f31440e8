"""Sign-in itself: django-allauth's flows, with what this house needs to be different about them.

- ``code``: a code by e-mail, without keeping the address and without telling whether it is known
- ``post``: mail leaves after the answer, so that the answer takes equally long for everybody
- ``adapter``: the two places where allauth asks its owner (accounts, second factors)
- ``marks``: what a session remembers of how it began
- ``forms``, ``views``, ``urls``, ``gates``: the pages, and who may call those that are allauth's
"""
