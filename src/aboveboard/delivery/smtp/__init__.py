"""Handing messages to one mail server over a few connections, as fast as it takes them.

The handshake (greeting, EHLO, STARTTLS, AUTH) is the standard library's ``smtplib``. What follows
is ours, because ``smtplib`` waits for each reply: where the server offers PIPELINING (RFC 2920), a
message's body and the next message's envelope travel together, one round trip for each message, on
all connections at once from one thread.

``message`` is what is handed over and what comes of it, ``server`` the setting and the handshake,
``connection`` one connection and its dialogue, ``pool`` all connections and what waits for them.
"""
