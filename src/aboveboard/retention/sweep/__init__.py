"""The sweep: which fields may no longer be kept, and erasing just those (GDPR Art. 5(1)(c) and (e),
17(1)).

First a review, which changes nothing and lists every person and field; then, by somebody who has
read it, the erasure of what was reviewed. Invariant: no field is erased that some purpose of the
promise still lets anyone use.

``access.lapse`` is the rule, pure; ``counting`` adds up and binds; ``reviewing`` and ``erasing`` do
it in batches, and go on where they were stopped; ``suspending`` asks whose data must wait;
``queries`` reads.
"""
