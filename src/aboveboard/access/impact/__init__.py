"""What a changed promise would allow or forbid, counted over the real people
held, before it is adopted.

Invariants: no use is made and no value is opened; nothing is changed; every
number can be listed; the counts are those of the decision itself, made once for each group of
people about whom it must come out the same.

Public: ``counting.count``, ``counting.affected_people``, ``report.ImpactReport``.
"""
