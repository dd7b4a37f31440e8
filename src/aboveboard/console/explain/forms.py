"""What the privacy lead fills in to have a decision explained."""

from __future__ import annotations

from typing import Any

from django import forms

from aboveboard.promise.model import Promise


class FieldForm(forms.Form):
    """Which field?"""

    field = forms.ChoiceField(
        label="Which detail?", error_messages={"required": "Choose a detail."}
    )

    def __init__(self, *args: Any, promise: Promise, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "field", [(key, field.label) for key, field in promise.fields.items()])


class EntryForm(forms.Form):
    """Which look?"""

    entry = forms.IntegerField(
        label="Record number",
        min_value=1,
        help_text="It is on the page that was refused.",
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages={"required": "Enter a record number.", "invalid": "Enter a number."},
    )


class WouldForm(forms.Form):
    """Who would ask, for what, of whom?"""

    who = forms.CharField(
        label="Who is it about?",
        max_length=254,
        strip=True,
        help_text="Their e-mail address, phone number or customer number.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Enter an e-mail address, phone number or customer number."},
    )
    role = forms.ChoiceField(
        label="Who would ask?", error_messages={"required": "Choose who would ask."}
    )
    purpose = forms.ChoiceField(label="For what?", error_messages={"required": "Choose a purpose."})
    channel = forms.ChoiceField(
        label="Through which channel?", error_messages={"required": "Choose a channel."}
    )
    fields_wanted = forms.MultipleChoiceField(
        label="Which details?",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Select the details."},
    )

    def __init__(self, *args: Any, promise: Promise, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "role", [(key, role.title) for key, role in promise.roles.items()])
        _choose(
            self, "purpose", [(key, purpose.title) for key, purpose in promise.purposes.items()]
        )
        _choose(
            self, "channel", [(key, channel.title) for key, channel in promise.channels.items()]
        )
        _choose(
            self, "fields_wanted", [(key, field.label) for key, field in promise.fields.items()]
        )


def _choose(form: forms.Form, name: str, options: list[tuple[str, Any]]) -> None:
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        field.choices = options
