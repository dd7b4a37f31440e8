"""Third parties that a person lets in themselves: a debt adviser, a price comparison, a charity
that helps. The person says whom, for which purpose of the promise and until when, sees each look,
and ends it at once.

Invariant: nobody is let in by anybody's hand but the person's, or that of who acts for them; by the
clock it ends whatever runs. It is a choice (``choices.third_parties``), and the decision on each
use asks for it (``access.decision.third_party``).

Public: ``actions``, ``queries``, ``letters``, ``limits``.
"""
