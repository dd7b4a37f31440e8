"""The files of a campaign: its sealed list, how far it is, the parcel and the list of what was left
out. They are in ``campaigns/NUMBER/`` of the instance's folder, for a day at most."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Generator, Iterable
from hashlib import sha256
from pathlib import Path
from typing import IO, Final

from aboveboard.basics import settings
from aboveboard.basics.errors import Invalid
from aboveboard.basics.package import NotNeeded, PersonalData
from aboveboard.campaigns.limits import UPLOAD_BYTES
from aboveboard.connectors.files import forms
from aboveboard.connectors.files.settings import ENDINGS, FileRule
from aboveboard.keys import sealed_files

FOLDER: Final = "campaigns"
_SEALING: Final = "campaigns"
_LIST: Final = "list.sealed"


class ListTooLarge(Invalid):
    """The list is larger than {megabytes} MB."""

    code = "list_too_large"
    next_step = "Filter it on the machine itself: aboveboard campaign filter FILE"


class ListNotReadable(Invalid):
    """The list cannot be read: {found}."""

    code = "list_not_readable"
    next_step = "{fix}"


def folder_of(number: int) -> Path:
    """Return the folder of a campaign, made if it is not there."""
    folder = settings.current().path(FOLDER) / str(number)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def parcel_of(number: int) -> Path:
    """Return where the parcel is, or will be."""
    return folder_of(number) / "campaign.csv.age"


def left_out_of(number: int) -> Path:
    """Return where the list of rows that were left out is, or will be."""
    return parcel_of(number).with_name(f"{parcel_of(number).name}.left-out.csv")


def store_list(number: int, blocks: Iterable[bytes]) -> tuple[str, str]:
    """Seal the list of a campaign; return its token and the SHA-256 of it.

    Raises:
        ListTooLarge: it is larger than ``limits.UPLOAD_BYTES``; nothing of it stays.
    """
    token, digest = secrets.token_hex(16), sha256()

    def hashed() -> Generator[bytes]:
        total = 0
        for block in blocks:
            total += len(block)
            if total > UPLOAD_BYTES:
                raise ListTooLarge(megabytes=UPLOAD_BYTES // 2**20)
            digest.update(block)
            yield block

    sealed_files.write(folder_of(number) / _LIST, hashed(), _SEALING, token)
    return token, digest.hexdigest()


def open_list(number: int, token: str) -> IO[bytes]:
    """Return the list as a stream."""
    return sealed_files.read(folder_of(number) / _LIST, _SEALING, token)


def rule_of(file_name: str) -> FileRule:
    """Return how a list is read, by what its name ends in.

    Raises:
        ListNotReadable: it ends in nothing that is known.
    """
    ending = Path(file_name).suffix.lower().removeprefix(".")
    form = ENDINGS.get(ending)
    if form is None:
        raise ListNotReadable(
            found=f"its name ends in none of {', '.join(sorted(ENDINGS))}",
            fix="Name the file for the form that it has.",
        )
    return FileRule(file_name, form, "", "", {})


def rows(number: int, token: str, file_name: str) -> Generator[forms.FileRow]:
    """Yield the rows of a list.

    Raises:
        ListNotReadable: a row cannot be read; which one is said.
    """
    line = 1
    with open_list(number, token) as opened:
        try:
            for line, row in enumerate(forms.rows(opened, rule_of(file_name)), 2):  # noqa: B007
                yield row
        except forms.FileNotReadable as error:
            raise ListNotReadable(
                found=f"after row {line} ({error})",
                fix="Save it again as CSV, Parquet or a workbook.",
            ) from None


def delete(number: int) -> None:
    """Delete everything of a campaign that is in files."""
    shutil.rmtree(folder_of(number), ignore_errors=True)


PERSONAL_DATA: Final = (
    PersonalData(
        name="campaign_files",
        tables=(),
        files=(FOLDER,),
        export=NotNeeded("the manifest of the parcel says who is in it, and is exported"),
        erase=NotNeeded("it is sealed, and gone within a day"),
        merge=NotNeeded("a list is of whoever brought it; it names nobody by our numbers"),
        split=NotNeeded("a merge changes nothing here"),
        re_encrypt=NotNeeded("it is sealed under the campaign's own key"),
        in_use=NotNeeded("a list needs nothing of a person's record"),
    ),
)
