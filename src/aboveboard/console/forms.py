"""What staff fill in to look somebody up or record a choice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy

from aboveboard.choices.state import ChoiceAnswer
from aboveboard.choices.topic import parts_of, topic_of
from aboveboard.promise.model import Promise, Purpose
from aboveboard.rights import correction
from aboveboard.vault.limits import ATTACHMENT_BYTES

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as StrOrPromise

LEAST = ("customer_number", "first_name", "last_name")
"""The fields that tell customers apart: ticked before anything else."""


class SubjectForm(forms.Form):
    """Who it is about, on which channel they contacted us, and which fields are needed."""

    who = forms.CharField(
        label=gettext_lazy("Who is it about?"),
        max_length=254,
        strip=True,
        help_text=gettext_lazy("Their e-mail address, phone number or customer number."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={
            "required": gettext_lazy("Enter an e-mail address, phone number or customer number.")
        },
    )
    channel = forms.ChoiceField(
        label=gettext_lazy("How did they contact you?"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose how they contacted you.")},
    )
    fields_wanted = forms.MultipleChoiceField(
        label=gettext_lazy("What do you need to see?"),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Select only what you need now. They can see what you looked at."),
        error_messages={"required": gettext_lazy("Select what you need to see.")},
    )
    reference = forms.CharField(
        label=gettext_lazy("Call or order number"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("We store a scrambled version, so you can match it later."),
    )

    def __init__(self, *args: Any, promise: Promise, purpose: Purpose, **kwargs: Any) -> None:
        ways = {
            key: channel
            for key in purpose.channels
            if (channel := promise.channels[key]).staffed  # nobody calls "between our programs"
        }
        # The least that tells people apart is ticked; all else an adviser must want.
        kwargs["initial"] = {
            "fields_wanted": [field for field in LEAST if field in purpose.fields],
            "channel": next(iter(ways), None),
        }
        super().__init__(*args, **kwargs)
        self._choose("channel", [(way.key, capfirst(way.title)) for way in ways.values()])
        self._choose("fields_wanted", [(key, promise.fields[key].label) for key in purpose.fields])

    def _choose(self, name: str, options: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = options

    def clean(self) -> dict[str, Any]:
        """Give the fields the name that the views use."""
        cleaned = super().clean() or {}
        cleaned["fields"] = cleaned.get("fields_wanted", [])
        return cleaned

    def kind(self) -> str:
        """Return what ``who`` looks like: an e-mail address, a phone number,
        else a customer number."""
        return kind_of(self.cleaned_data["who"])


def kind_of(who: str) -> str:
    """Return what was typed looks like: an e-mail address, a phone number,
    else a customer number."""
    # Before the digits are counted: an address such as 12345678@example.com is no phone number.
    if "@" in who:
        return "email"
    # A guess, since nobody should have to say what they type: tried as the wrong kind it finds
    # nobody, and the page says so.
    digits = sum(mark.isdigit() for mark in who)
    return "phone" if digits >= 6 and not any(mark.isalpha() for mark in who) else "customer_number"


def evidence_field(label: StrOrPromise) -> forms.RegexField:
    """Return the field for where a choice can be checked."""
    return forms.RegexField(
        r"^[A-Za-z0-9/._-]+$",
        label=label,
        max_length=60,
        help_text=gettext_lazy(
            "The number of the call or form: letters, numbers and / . _ - only. Do not enter names."
        ),
        error_messages={
            "required": gettext_lazy("Enter the number of the call or form."),
            "invalid": gettext_lazy("Use letters, numbers and / . _ - only."),
        },
    )


def topic_in_words(promise: Promise, topic: str) -> str:
    """Return what a choice is about: the purpose, and the way of contact where it is one."""
    key, contact = parts_of(topic)
    purpose = promise.purposes.get(key)
    title = str(purpose.title) if purpose else key
    if not contact:
        return title
    way = contact.replace("_", " ")
    for channel, its_way in purpose.contacts if purpose else ():
        if its_way == contact:
            way = promise.channels[channel].title
    return gettext("%(purpose)s, only %(way)s") % {"purpose": title, "way": way}


class RecordChoiceForm(forms.Form):
    """What the person chose, and where that can be checked."""

    purpose = forms.ChoiceField(
        label=gettext_lazy("What is it about?"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what it is about.")},
    )
    answer = forms.ChoiceField(
        label=gettext_lazy("What did they choose?"),
        widget=forms.RadioSelect,
        choices=[
            (ChoiceAnswer.YES.value, gettext_lazy("Yes")),
            (ChoiceAnswer.NO.value, gettext_lazy("No")),
        ],
        error_messages={"required": gettext_lazy("Choose what they chose: yes or no.")},
    )
    evidence = evidence_field(gettext_lazy("Call or form number"))

    def __init__(self, *args: Any, promise: Promise, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["purpose"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [
                (topic, topic_in_words(promise, topic))
                for purpose in promise.purposes.values()
                if purpose.has_one_answer
                for topic in (
                    purpose.key,
                    *(topic_of(purpose.key, way) for way in purpose.contact_ways),
                )
            ]


class DocumentForm(forms.Form):
    """The file of a document. What it is gets told by its first bytes, when it is kept."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        error_messages={
            "required": gettext_lazy("Choose a file."),
            "empty": gettext_lazy("This file is empty."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = gettext("PDF, PNG, JPEG or TIFF, up to %(size)s MB.") % {
            "size": ATTACHMENT_BYTES // 1024**2
        }


class CorrectForm(forms.Form):
    """Which detail is wrong, and what it should be."""

    field = forms.ChoiceField(
        label=gettext_lazy("What is wrong?"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what is wrong.")},
    )
    value = forms.CharField(
        label=gettext_lazy("What should it be?"),
        max_length=200,
        strip=True,
        help_text=gettext_lazy("Read it back to them. A country is its code, such as GB."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Enter the new value.")},
    )

    def __init__(self, *args: Any, promise: Promise, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["field"]
        # A ChoiceField's own.
        field.choices = [  # type: ignore[attr-defined]
            (key, each.label)
            for key, each in promise.fields.items()
            if correction.is_correctable(each)
        ]


class ReadOutCodeForm(forms.Form):
    """The code that the person reads out."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Enter the code.")},
    )
