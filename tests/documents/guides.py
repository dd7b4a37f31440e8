"""What the reader of each guide has ready, and what they type in place of its examples."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tests.documents import guides_of_clients as clients
from tests.documents import guides_of_imports as imports
from tests.documents import guides_of_promises as promises
from tests.documents.instance import Instance
from tests.documents.reader import Reader

GUIDES: Final[dict[str, Callable[[Reader, Instance], None]]] = {
    "ask-from-your-shop-system.md": clients.ask_from_your_shop_system,
    "import-your-customers.md": imports.import_your_customers,
    "weigh-a-changed-promise.md": promises.weigh_a_changed_promise,
    "write-a-promise.md": promises.write_a_promise,
}
