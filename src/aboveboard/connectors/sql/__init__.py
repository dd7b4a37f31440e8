"""Any SQL database, through SQLAlchemy Core and what it reflects: PostgreSQL, MySQL and MariaDB,
SQLite, SQL Server and Oracle (whose drivers are not shipped).

``plan`` says which rows are a person's; ``finding``, ``rows``, ``changing`` and ``erasing`` are the
verbs, ``masking`` what stands in a column afterwards, ``proposing`` a declaration to begin with.
"""

from __future__ import annotations

from typing import Final

from aboveboard.connectors.declaration import SystemKind
from aboveboard.connectors.sql.connector import SqlConnector
from aboveboard.connectors.sql.settings import read

KIND: Final = SystemKind("SQL database", read, SqlConnector)
