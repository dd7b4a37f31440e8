"""What a declaration says of files: where they are, and of each collection which files, how they
are written, and what an erasure does with a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from aboveboard.connectors.reading import DeclarationPart
from aboveboard.connectors.secrets import SecretReference
from aboveboard.kinds.codes import countries

CSV, NDJSON, JSON, PARQUET, XLSX = "csv", "ndjson", "json", "parquet", "xlsx"
_FORMS: Final = (CSV, NDJSON, JSON, PARQUET, XLSX)
ENDINGS: Final = {
    "csv": CSV,
    "tsv": CSV,
    "txt": CSV,
    "ndjson": NDJSON,
    "jsonl": NDJSON,
    "json": JSON,
    "parquet": PARQUET,
    "xlsx": XLSX,
    "xls": XLSX,
    "ods": XLSX,
}
"""What a file's name ends in, and the form that it then has."""


@dataclass(frozen=True, slots=True)
class FileRule:
    """The files of one collection: a pattern below the place, their form, the sheet of a workbook,
    the ground on which rows stay ("" where they are erased), and of phone columns the country."""

    pattern: str
    form: str
    sheet: str
    ground: str
    phone_countries: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FileSettings:
    """Where the files are. ``place``: a folder, ``s3://BUCKET/…`` or ``sftp://HOST/…``.

    ``host_key``: of an SFTP server, as ``known_hosts`` has it; without it none is believed.
    """

    place: str
    user: str
    password: SecretReference | None
    access_key: SecretReference | None
    secret_key: SecretReference | None
    endpoint: str
    region: str
    host_key: str
    port: int
    collections: Mapping[str, FileRule]


def read(part: DeclarationPart, collections: Mapping[str, DeclarationPart]) -> FileSettings:
    """Return the settings; what is wrong is reported on the parts."""
    place = part.text(
        "place",
        "a folder as /srv/exports, s3://bucket/folder or sftp://host/folder",
        required=True,
        pattern=r"/.*|s3://.+|sftp://.+",
    )
    settings = FileSettings(
        place=place.rstrip("/") or place,
        user=part.text("user", "the account on the SFTP server"),
        password=part.secret("password", "where the password of the account is"),
        access_key=part.secret("access_key", "where the access key of S3 is"),
        secret_key=part.secret("secret_key", "where the secret key of S3 is"),
        endpoint=part.text("endpoint", "the address of an S3 service that is not Amazon's"),
        region=part.text("region", "the region of the bucket"),
        host_key=part.text("host_key", "the key of the SFTP server, such as ssh-ed25519 AAAA…"),
        port=part.number("port", "the port of the SFTP server", default=22, least=1, most=65535),
        collections={name: _rule(name, each) for name, each in collections.items()},
    )
    if place.startswith("sftp://") and not settings.host_key:
        part.problem(
            "host_key",
            "`files` has no `host_key`, so any server could pretend to be this one.",
            "Add the line that ssh-keyscan prints for it, without the name of the host.",
            code="missing",
        )
    return settings


def _rule(name: str, part: DeclarationPart) -> FileRule:
    pattern = part.text("files", "which files, such as members-*.csv", default=f"{name}.csv")
    if ".." in pattern.split("/") or pattern.startswith("/"):
        part.problem("files", "The files are not below the place.", "Leave out `..` and the `/`.")
    ending = pattern.rpartition(".")[2].lower()
    form = part.text("form", "how they are written", choices=_FORMS)
    if not form and ending not in ENDINGS:
        part.problem("form", "The form of the files is not said.", f"Use one of {_FORMS}.")
    retain = part.part("retain", "why rows stay")
    countries_of = {
        column: each.text("country", "the country of phone numbers", choices=countries())
        for column, each in part.parts("fields", "its columns or paths, by name").items()
    }
    return FileRule(
        pattern=pattern,
        form=form or ENDINGS.get(ending, CSV),
        sheet=part.text("sheet", "the sheet of a workbook"),
        ground=retain.text("ground", "why, as a sentence that the person reads"),
        phone_countries=countries_of,
    )
