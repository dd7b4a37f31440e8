"""The face on the organisation's own website: a script that lets nothing run before a visitor said
yes, the panel that asks, the proof of what they chose, and what browsers say by themselves (Global
Privacy Control).

It holds no rule of its own: what is asked comes from the promise, through ``website``.

Public: the routes of ``urls``; ``script.loader``, ``script.panel`` and ``script.sheet``.
"""
