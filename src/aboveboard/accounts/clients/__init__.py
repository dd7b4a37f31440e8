"""Clients that ask: their secrets, the tokens they are given for them (OAuth 2.0 client
credentials), and what each token is for.

The protocol is authlib's (``docs/decisions/0019``); what is kept and for how long is ours.
"""
