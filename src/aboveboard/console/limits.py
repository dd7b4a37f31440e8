"""The limits of the console: each with its unit, its default and its source."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

LOOK_UP_NOTE_LIFE: Final = timedelta(minutes=30)
"""How long the note that names a looked-up person works in the console, for the one who looked.
Our choice: a long call."""

DOUBTFUL_PEOPLE: Final = 50
"""How many customers are listed at once under a line of a leaked file that may be any of theirs.
Our choice: a placeholder that thousands share would fill the page; the next are a link away."""

COUNTED_NOTICES: Final = 10_000
"""Up to how many notices a list says how many it found; above it says that there are more. Our
choice: to count millions takes the database longer than to show a page of them."""

REVIEW_GROUPS: Final = 20
"""Groups of what may be somebody else's on one page of a review. Our choice: with the values below
fewer fields than a form may have."""

REVIEW_VALUES: Final = 30
"""Values of one group that are shown to be decided one by one. Our choice, as above."""

REVIEW_TEXT: Final = 300
"""Characters of a value that are shown in a review. Our choice: who it is is told by less."""
