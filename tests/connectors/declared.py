"""Declarations that several tests read."""

from __future__ import annotations

BY_HAND = """\
system: {key}
name: {name}
kind: by_hand
why: Signed contracts, on paper.
source: You signed them.
owner: Archive
data_uses: [essential.service]
data_subjects: [customer]
by_hand:
  find: Look under the customer number, on the second shelf.
  erase: Shred the folder, and say here what was kept.
collections:
  folders:
    about: Your signed contracts
    fields:
      signature: {{category: user.name, about: How you sign}}
      witness: {{category: user.name, others: true}}
"""
"""A filing cabinet, to be given ``key`` and ``name``."""
