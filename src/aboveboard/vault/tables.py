"""Names of the vault's tables, for statements of packages above that join them: set-wise questions
that no function of one person can answer. Their columns are those of the models; to read only.
"""

from __future__ import annotations

from typing import Final

from aboveboard.vault.models import Alias, BlindIndex, Person, SealedRecord

PERSON: Final = Person._meta.db_table
ALIAS: Final = Alias._meta.db_table
SEALED_RECORD: Final = SealedRecord._meta.db_table
BLIND_INDEX: Final = BlindIndex._meta.db_table
