"""What staff fill in about a campaign."""

from __future__ import annotations

from typing import Any

from django import forms

from aboveboard.campaigns.terms import CampaignView, ListColumns
from aboveboard.promise.model import Promise, Purpose

LIST, EVERYBODY = "list", "everybody"


class CampaignForm(forms.Form):
    """Through which channel, to whom it goes, and whom it starts from."""

    channel = forms.ChoiceField(
        label="How will they be reached?",
        error_messages={"required": "Choose a channel."},
    )
    recipient = forms.ChoiceField(
        label="Who gets the parcel?",
        error_messages={"required": "Choose who gets it."},
    )
    start = forms.ChoiceField(
        label="Whom do you start from?",
        widget=forms.RadioSelect,
        choices=[(LIST, "A list that I upload"), (EVERYBODY, "Everybody we hold")],
        error_messages={"required": "Choose whom you start from."},
    )
    file = forms.FileField(
        label="Your list",
        required=False,
        help_text="CSV, Parquet, a workbook or JSON lines, up to 512 MB. Its first row names the "
        "columns.",
        error_messages={"empty": "This file is empty."},
    )
    keys = forms.CharField(
        label="Public keys of whoever opens the parcel",
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        max_length=2_000,
        help_text="One on each line, beginning with age1. They make one with: aboveboard export "
        "new-key",
        error_messages={"required": "Enter a key."},
    )

    def __init__(self, *args: Any, promise: Promise, purpose: Purpose, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        channels = [(key, str(promise.channels[key].title)) for key in purpose.channels]
        recipients = [(key, str(promise.recipients[key].title)) for key in purpose.recipients]
        # A ChoiceField's own.
        self.fields["channel"].choices = channels  # type: ignore[attr-defined]
        self.fields["recipient"].choices = recipients  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A list is needed where one is said."""
        answers: dict[str, Any] = super().clean() or {}
        if answers.get("start") == LIST and not answers.get("file") and "file" not in self.errors:
            self.add_error("file", "Choose your list.")
        return answers


class CampaignColumnsForm(forms.Form):
    """Which column holds what goes out, and by which a person is found."""

    def __init__(
        self,
        *args: Any,
        campaign: CampaignView,
        promise: Promise,
        purpose: Purpose,
        kinds: dict[str, str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.campaign, self.purpose, self.kinds = campaign, purpose, kinds
        known = campaign.columns
        if campaign.whole_base:
            self.fields["fields"] = forms.MultipleChoiceField(
                label="What goes out",
                widget=forms.CheckboxSelectMultiple,
                choices=[(key, str(promise.fields[key].label)) for key in purpose.fields],
                initial=list(purpose.fields),
                error_messages={"required": "Choose at least one."},
            )
            return
        columns = [("", "None"), *((str(place), name) for place, name in self._columns())]
        place_of = {name: str(place) for place, name in self._columns()}
        for kind, label in kinds.items():
            self.fields[f"find_{kind}"] = forms.ChoiceField(
                label=f"Find people by: {label}",
                required=False,
                choices=columns,
                initial=place_of.get(dict(known.find_by).get(kind, ""), ""),
            )
        for key in purpose.fields:
            self.fields[f"field_{key}"] = forms.ChoiceField(
                label=f"Goes out: {promise.fields[key].label}",
                required=False,
                choices=columns,
                initial=place_of.get(known.fields.get(key, ""), ""),
            )

    def _columns(self) -> list[tuple[int, str]]:
        return list(enumerate(self.campaign.headers, 1))

    def chosen(self) -> ListColumns:
        """Return what was chosen."""
        answers = self.cleaned_data
        if self.campaign.whole_base:
            return ListColumns(dict.fromkeys(answers["fields"], ""))
        names = {str(place): name for place, name in self._columns()}
        fields = {
            key: names[answers[f"field_{key}"]]
            for key in self.purpose.fields
            if answers.get(f"field_{key}")
        }
        find_by = [
            (kind, names[answers[f"find_{kind}"]])
            for kind in self.kinds
            if answers.get(f"find_{kind}")
        ]
        return ListColumns(fields, tuple(find_by))
