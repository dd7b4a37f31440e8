"""What staff fill in about devices, and when something is lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from aboveboard.accounts.queries import staff
from aboveboard.custody.queries import DeviceRow
from aboveboard.custody.terms import DeviceKind, Encrypted

BY_TAG = "tag"
OTHER = "other"
MOMENT = "%Y-%m-%dT%H:%M"


class ReportForm(forms.Form):
    """The one-minute report: what, what happened, when. Only the first must be answered."""

    what = forms.ChoiceField(
        label="What is missing?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one."},
    )
    tag = forms.CharField(
        label="Label of the other device",
        max_length=40,
        required=False,
        help_text="It is on a sticker, like LT-0042.",
    )
    title = forms.CharField(
        label="What else is it?",
        max_length=120,
        required=False,
        help_text="In a few words, like “a box of order forms”.",
    )
    note = forms.CharField(
        label="What happened?",
        max_length=4_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="As you would tell a colleague. You can add more later.",
    )
    when = forms.DateTimeField(
        label="When did you last have it?",
        required=False,
        input_formats=[MOMENT],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT),
        help_text="About when is enough. UTC.",
        error_messages={"invalid": "Choose a day and a time."},
    )

    def __init__(self, *args: Any, own: Sequence[DeviceRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        what = self.fields["what"]
        if isinstance(what, forms.ChoiceField):
            mine = [(str(device.id), f"My {device.name.lower()}, {device.tag}") for device in own]
            what.choices = [
                *mine,
                (BY_TAG, "Another device" if mine else "A device"),
                (OTHER, "Something else"),
            ]

    def clean(self) -> dict[str, Any]:
        """Ask for the label of another device, and for a few words on something else."""
        cleaned = super().clean() or {}
        if cleaned.get("what") == BY_TAG and not cleaned.get("tag"):
            self.add_error(
                "tag", "Enter the label, or choose “something else” if you cannot read it any more."
            )
        if cleaned.get("what") == OTHER and not cleaned.get("title"):
            self.add_error("title", "Say in a few words what it is.")
        return cleaned


class DeviceForm(forms.Form):
    """A device that will hold data."""

    tag = forms.CharField(
        label="Label", max_length=40, help_text="What the sticker on it says, like LT-0042."
    )
    name = forms.CharField(
        label="Name", max_length=120, help_text="What people call it, like “Field laptop”."
    )
    kind = forms.ChoiceField(
        label="What is it?", widget=forms.RadioSelect, choices=DeviceKind.choices
    )
    encrypted = forms.ChoiceField(
        label="Is it encrypted?",
        widget=forms.RadioSelect,
        choices=Encrypted.choices,
        help_text="If it is not known, we take it as readable by whoever finds it.",
    )
    holder = forms.ChoiceField(label="Who carries it?", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        holder = self.fields["holder"]
        if isinstance(holder, forms.ChoiceField):
            people = [
                (str(member.id), f"{member.name}, {member.team}")
                for member in staff()
                if member.is_active
            ]
            holder.choices = [("", "Nobody in particular"), *people]


class WordsForm(forms.Form):
    """Anything to remember about a device that was found or retired."""

    note = forms.CharField(
        label="Anything to remember",
        max_length=2_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
