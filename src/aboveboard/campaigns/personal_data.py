"""What campaigns hold of people: lists and parcels, for a day."""

from __future__ import annotations

from typing import Final

from aboveboard.basics.package import NotNeeded, PersonalData
from aboveboard.campaigns import files

PERSONAL_DATA: Final = (
    PersonalData(
        name="campaign_files",
        tables=(),
        files=(files.FOLDER,),
        export=NotNeeded("the manifest of the parcel says who is in it, and is exported"),
        erase=NotNeeded("it is sealed, and gone within a day"),
        merge=NotNeeded("a list is of whoever brought it; it names nobody by our numbers"),
        split=NotNeeded("a merge changes nothing here"),
        re_encrypt=NotNeeded("it is sealed under the campaign's own key"),
        in_use=NotNeeded("a list needs nothing of a person's record"),
    ),
)
