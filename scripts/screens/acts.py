"""Pages that no link leads to: what a form answers, and what is shown when something is wrong.

Each act is one visitor's, after every link was followed: it fills forms in as somebody would, by
the names of their fields, so that it plays in every language.
"""

from __future__ import annotations

from collections.abc import Callable

from scripts.screens import staff, visitors
from scripts.screens.scene import Scene

ACTS: dict[str, Callable[[Scene], None]] = {
    "nobody": visitors.nobody,
    "customer": visitors.customer,
    "customer-restricted": visitors.restricted,
    "new-colleague": visitors.new_colleague,
    "adviser": staff.adviser,
    "privacy-lead": staff.privacy_lead,
    "incident-lead": staff.incident_lead,
    "administrator": staff.administrator,
}
