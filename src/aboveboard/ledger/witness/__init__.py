"""Witnesses (C2SP tlog-witness): a second organisation says that it saw this
log grow and never fork.

``judge`` is what a witness decides, pure; ``state`` what it keeps, so that it never signs a fork
even when it is killed; ``app`` its HTTP interface; ``client`` how a log asks one. A witness needs
no instance of Aboveboard: like ``verify``, nothing here imports Django or any package but
``basics``.
"""
