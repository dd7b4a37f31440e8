"""What a person asked for, as dated events: who they are, how it is proved, by when it is due, and
what became of it.

``terms`` are the words, ``state`` the fold, ``identity`` the rule of proof: pure. ``actions``,
``proving`` and ``answering`` change, ``queries`` and ``figures`` read.
"""
