"""How bad it is, and whom to notify: a count and its circumstances give severity, risk and duties.

``circumstances`` asks what is known, ``scoring`` applies ``law`` to a count (pure), ``assess``
writes the answer down; ``times`` checks the moments that start the law's clocks, ``profile`` says
who we are as far as the laws ask. Who was exposed is ``exposure``.
"""
