"""Two records found to be of one person become one, and become two again when that was wrong.

After a merge one number is the person's; the other leads to it (``alias``), and whatever names it
still finds them. Both handles are theirs. What is needed to undo it is kept apart, sealed under
the merged record's own key, for ``limits.MERGE_UNDO_LIFE``; then it is destroyed. Erasing the
person destroys all of it.

Public: ``actions`` (merge, split), ``finding`` (preview, candidates), ``alias``, ``joining`` (what
other rooms move along).
"""
