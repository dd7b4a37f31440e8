"""What ``promise propose``, ``drafts``, ``adopt --draft`` and ``tell`` do."""
