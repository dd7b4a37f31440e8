"""Files: CSV, JSON, NDJSON, Parquet and workbooks in a folder, in S3 or on an SFTP server.

``settings`` is what a declaration says, ``places`` where files are and how one takes the place of
another, ``forms`` how rows are read and written, ``connector`` the verbs.
"""

from __future__ import annotations

from typing import Final

from aboveboard.connectors.declaration import SystemKind
from aboveboard.connectors.files.connector import FileConnector
from aboveboard.connectors.files.settings import read

KIND: Final = SystemKind("files", read, FileConnector)
