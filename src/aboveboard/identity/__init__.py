"""Two records found to be of one person become one, and become two again when that was wrong.

After a merge one number is the person's; the other leads to it (``vault.aliases``), and whatever
names it still finds them. Both handles are theirs. The undo data is kept apart, sealed under the
merged record's own key, for ``limits.MERGE_UNDO_LIFE``; then it is destroyed. Erasing the person
destroys all of it. Invariant: nothing is merged without a way back.

Start at ``actions`` (merge, split) and ``matching`` (candidates, preview). What happens to the
records themselves is the vault's (``vault.merging``): no key is used here.
"""
