"""What staff fill in about devices."""

from __future__ import annotations

from typing import Any

from django import forms

from aboveboard.accounts.queries import staff
from aboveboard.custody.terms import DeviceDisposal, DeviceKind, EncryptionState


def _choose(field: forms.Field, options: list[tuple[str, str]]) -> None:
    if isinstance(field, forms.ChoiceField):
        field.choices = options


def _colleagues() -> list[tuple[str, str]]:
    """Return everyone who works here now, by name and team."""
    return [
        # Asked when the form is made and not when the module is loaded, or whoever joined since the
        # server started could be given nothing.
        (str(member.id), f"{member.name}, {member.team}")
        for member in staff()
        if member.is_active
    ]


class DeviceForm(forms.Form):
    """A device that will hold data."""

    tag = forms.CharField(
        label="Label",
        max_length=40,
        help_text="What the sticker on it says, like LT-0042.",
        error_messages={"required": "Enter the label."},
    )
    name = forms.CharField(
        label="Name",
        max_length=120,
        help_text="What people call it, like “Field laptop”.",
        error_messages={"required": "Enter a name."},
    )
    kind = forms.ChoiceField(
        label="What is it?",
        widget=forms.RadioSelect,
        choices=DeviceKind.choices,
        error_messages={"required": "Choose what it is."},
    )
    encrypted = forms.ChoiceField(
        label="Is it encrypted?",
        widget=forms.RadioSelect,
        choices=EncryptionState.choices,
        error_messages={"required": "Choose whether it is encrypted."},
        help_text="If you do not know, we assume that a finder can read it.",
    )
    holder = forms.ChoiceField(label="Who has it?", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self.fields["holder"], [("", "Nobody in particular"), *_colleagues()])


class DeviceNoteForm(forms.Form):
    """Anything to remember about a change."""

    note = forms.CharField(
        label="Note",
        max_length=2_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Do not name customers.",
    )


class EncryptionForm(DeviceNoteForm):
    """Whether the device is encrypted."""

    encrypted = forms.ChoiceField(
        label="Is it encrypted?",
        widget=forms.RadioSelect,
        choices=EncryptionState.choices,
        error_messages={"required": "Choose whether it is encrypted."},
        help_text="Look at the device, not at what it should be.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["note"]


class InventoryForm(forms.Form):
    """A file of an inventory, and whether only to look."""

    file = forms.FileField(
        label="The file of your inventory",
        help_text="CSV or JSON from Fleet, osquery, Intune, Jamf Pro, Snipe-IT or a spreadsheet.",
        error_messages={"required": "Choose a file.", "empty": "The file has nothing in it."},
    )


class HandOverForm(DeviceNoteForm):
    """Who has the device from now on."""

    to = forms.ChoiceField(
        label="New holder",
        required=False,
        help_text="Choose “Nobody” if it goes into a cupboard.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self.fields["to"], [("", "Nobody"), *_colleagues()])
        self.order_fields(["to", "note"])

    def holder_id(self) -> int | None:
        """Return the account that has it from now on, or None for nobody."""
        return int(self.cleaned_data["to"]) if self.cleaned_data["to"] else None


class RetireForm(DeviceNoteForm):
    """How a device left service."""

    how = forms.ChoiceField(
        label="What happened to it?",
        widget=forms.RadioSelect,
        choices=DeviceDisposal.choices,
        error_messages={"required": "Choose what happened to it."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["how", "note"])
