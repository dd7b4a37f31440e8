"""What customers fill in. Each form asks one thing, and says in plain words what it cannot take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from django import forms
from django.utils.functional import Promise as Lazy
from django.utils.translation import get_language, gettext, gettext_lazy

from aboveboard.access.concerns.terms import Concern
from aboveboard.access.limits import CONCERN_WORDS
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.kinds import addresses, codes, email_addresses, normalise
from aboveboard.kinds.kind import FieldKind, KindMismatch
from aboveboard.kinds.limits import ADDRESS_LINES
from aboveboard.portal.asking import KindWords
from aboveboard.promise.explain import country_in_words
from aboveboard.promise.model import AlgorithmicTool, Field, Purpose
from aboveboard.retention.reasons import RestrictionReason
from aboveboard.rights.limits import DOCUMENT_BYTES
from aboveboard.rights.limits import WORDS as REQUEST_WORDS
from aboveboard.vault.limits import FIELD_BYTES

CONCERNS = {
    Concern.UNKNOWN_TEAM: gettext_lazy("I do not know who this is"),
    Concern.NO_CONTACT: gettext_lazy("I was not in contact with you at that time"),
    Concern.AGAINST_CHOICE: gettext_lazy("It goes against what I chose"),
    Concern.TOO_MUCH: gettext_lazy("They saw more than they needed"),
    Concern.OTHER: gettext_lazy("Something else"),
}
"""What looks wrong, in the customer's words."""


class ChoiceForm(forms.Form):
    """Yes or no to one purpose, or one way of contact of it. Two buttons of one look: nothing is
    chosen until the person chooses (GDPR recital 32), and no takes no more than yes (Art. 7(3))."""

    answer = forms.ChoiceField(
        choices=[(answer.value, answer.value) for answer in (ChoiceAnswer.YES, ChoiceAnswer.NO)],
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), gettext_lazy("Choose yes or no.")
        ),
    )
    contact = forms.ChoiceField(
        choices=[("", "")],
        required=False,
        error_messages={"invalid_choice": gettext_lazy("We do not reach you in this way.")},
    )

    def __init__(self, data: Mapping[str, Any], *, purpose: Purpose) -> None:
        super().__init__(data)
        # A ChoiceField's own.
        self.fields["contact"].choices = [("", ""), *((way, way) for way in purpose.contact_ways)]  # type: ignore[attr-defined]


class ConcernForm(forms.Form):
    """What seems wrong about a look, and in their own words if they like: those are sealed, because
    they may be anything about anyone."""

    concern = forms.ChoiceField(
        label=gettext_lazy("What looks wrong?"),
        choices=[(concern.value, words) for concern, words in CONCERNS.items()],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what looks wrong.")},
    )
    words = forms.CharField(
        label=gettext_lazy("Tell us more"),
        required=False,
        strip=True,
        max_length=CONCERN_WORDS,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy(
            "It is encrypted. Only our privacy team can read it, and you see when they do."
        ),
        error_messages={"max_length": gettext_lazy("Enter %(limit_value)d characters or fewer.")},
    )


_NO_CASES: Mapping[RestrictionReason, Lazy | str] = MappingProxyType({})


class RightsRequestForm(forms.Form):
    """What somebody wants us to know with what they ask; of an objection to which use, of a hold on
    which ground, and of a human review of which decision."""

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        words: KindWords,
        purposes: Sequence[Purpose] = (),
        cases: Mapping[RestrictionReason, Lazy | str] = _NO_CASES,
        tools: Sequence[AlgorithmicTool] = (),
    ) -> None:
        super().__init__(data)
        if cases:
            self.fields["restriction"] = forms.ChoiceField(
                label=gettext("Why should it be put on hold?"),
                choices=[(reason.value, words) for reason, words in cases.items()],
                widget=forms.RadioSelect,
                error_messages={"required": gettext("Choose why.")},
            )
        if purposes:
            self.fields["purpose"] = forms.ChoiceField(
                label=gettext("Which use do you object to?"),
                choices=[(each.key, each.title) for each in purposes]
                + [("", gettext("Every use that you can object to"))],
                widget=forms.RadioSelect,
                required=False,
            )
        if tools:
            self.fields["decision"] = forms.ChoiceField(
                label=gettext("Which decision is it about?"),
                choices=[(each.key, each.title) for each in tools] + [("", gettext("Another one"))],
                widget=forms.RadioSelect,
                required=False,
            )
        self.fields["words"] = forms.CharField(
            label=str(words.asks),
            required=words.needs_words,
            strip=True,
            max_length=REQUEST_WORDS,
            widget=forms.Textarea(attrs={"rows": 6}),
            help_text=gettext("It is encrypted. Only our privacy team can read it."),
            error_messages={
                "required": gettext("Tell us, so that we can do it."),
                "max_length": gettext("Enter %(limit_value)d characters or fewer."),
            },
        )


class RequestCodeForm(forms.Form):
    """The code that a colleague gave."""

    code = forms.CharField(
        label=gettext_lazy("Your code"),
        strip=True,
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
        error_messages={"required": gettext_lazy("Enter the code.")},
    )


class ProofForm(forms.Form):
    """A picture of a document by which somebody shows who they are."""

    file = forms.FileField(
        label=gettext_lazy("A picture of your identity card"),
        error_messages={
            "required": gettext_lazy("Choose a file."),
            "empty": gettext_lazy("This file is empty."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = gettext("PDF, PNG, JPEG or TIFF, up to %(size)s MB.") % {
            "size": DOCUMENT_BYTES // 1024**2
        }


class PassphraseForm(forms.Form):
    """The passphrase of a copy, where one was agreed."""

    passphrase = forms.CharField(
        label=gettext_lazy("The passphrase that you agreed with us"),
        required=False,
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )


class DetailForm(forms.Form):
    """The new value of one detail, checked by its kind."""

    value = forms.CharField(
        strip=True, error_messages={"required": gettext_lazy("Enter the new value.")}
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, field: Field, region: str) -> None:
        super().__init__(data)
        self._kind, self._region = field.kind, region
        # Empty, with what is held beside it on the page: whoever corrects a name reads both.
        _dress(self.fields["value"], field)

    def clean_value(self) -> str:
        """Return the value as it will be sealed."""
        return _read(self._kind, self.cleaned_data["value"], self._region)


class MoveForm(forms.Form):
    """Where somebody lives now, all of it on one page. What they leave as it was is not changed."""

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        address: Sequence[Field],
        held: Mapping[str, str],
        region: str,
    ) -> None:
        super().__init__(data, initial=dict(held))
        self._address, self._held = {field.key: field for field in address}, held
        self._region = region
        categories: set[str] = set()
        for field in address:
            # A second line of a street, a region and a postcode are not everywhere.
            needed = field.category not in categories and field.kind not in _NOT_EVERYWHERE
            categories.add(field.category)
            box = forms.CharField(
                strip=True,
                required=needed,
                error_messages={
                    "required": gettext("%(what)s: enter what it is now.") % {"what": field.label}
                },
            )
            _dress(box, field)
            self.fields[field.key] = box

    def clean(self) -> dict[str, Any]:
        """Check each line as its kind asks."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for key, value in list(cleaned.items()):
            if not value:
                continue
            try:
                cleaned[key] = _read(self._address[key].kind, value, self._region)
            except forms.ValidationError as error:
                self.add_error(key, error)
        return cleaned

    @property
    def changed(self) -> dict[str, str]:
        """What is another than what is held, once the form is valid."""
        return {
            key: value
            for key, value in self.cleaned_data.items()
            if value != self._held.get(key, "")
        }


class NewAddressCodeForm(forms.Form):
    """The code that was sent to a new address."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=12,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "ab-code"}
        ),
        error_messages={"required": gettext_lazy("Enter the code from the message.")},
    )


_LONGEST = 200
_NOT_EVERYWHERE = (FieldKind.REGION, FieldKind.POSTCODE)
_HINTS = {
    FieldKind.EMAIL: gettext_lazy(
        "We send a code to this address, and ask you for it. From then on you sign in with this "
        "address, and we write to it."
    ),
    FieldKind.PHONE: gettext_lazy(
        "Include the area code. For a number abroad, start with + and the country code."
    ),
}
_ATTRIBUTES = {
    FieldKind.EMAIL: {"type": "email", "autocomplete": "email", "spellcheck": "false"},
    FieldKind.PHONE: {"type": "tel", "autocomplete": "tel"},
    FieldKind.POSTAL_ADDRESS: {"autocomplete": "street-address"},
    FieldKind.POSTCODE: {"autocomplete": "postal-code"},
}


def _dress(box: forms.Field, field: Field) -> None:
    """Give a box the label, the hint and the kind of control of its field."""
    box.label = field.label
    box.help_text = _HINTS.get(field.kind, "")
    if field.kind is FieldKind.COUNTRY:
        language = (get_language() or "en").split("-")[0]
        names = {code: country_in_words(code, language) for code in codes.countries()}
        box.widget = forms.Select(
            choices=[("", ""), *sorted(names.items(), key=lambda pair: pair[1])],
            attrs={"autocomplete": "country"},
        )
    if field.kind is FieldKind.POSTAL_ADDRESS:
        box.widget = forms.Textarea(attrs={"rows": 5})
    box.widget.attrs.update(_ATTRIBUTES.get(field.kind, {}))


def _read(kind: FieldKind, value: str, region: str) -> str:
    """Return a value that somebody typed as it will be sealed."""
    # Both limits: the vault counts bytes of UTF-8, and a person counts characters.
    if len(value.encode()) > FIELD_BYTES or len(value) > _LONGEST:
        raise forms.ValidationError(
            gettext("Enter %(limit)d characters or fewer.") % {"limit": _LONGEST}
        )
    if kind is FieldKind.POSTAL_ADDRESS:
        return _check_address(value)
    # A line break, or a mark that turns the direction of text, could make a name look like
    # another one on an adviser's screen, in a letter or in an export.
    if not value.isprintable():
        raise forms.ValidationError(gettext("Use one line of letters, numbers and punctuation."))
    if kind is FieldKind.COUNTRY and value.upper() not in codes.countries():
        raise forms.ValidationError(gettext("Choose a country from the list."))
    if kind is FieldKind.EMAIL:
        return _read_email(value)
    # A number that no region explains is kept for files (``normalise.phone``). Somebody who
    # types their own can still mend it, so it is refused here.
    if kind is FieldKind.PHONE and not (normalise.phone(value, region) or "#").startswith("+"):
        raise forms.ValidationError(
            gettext("Enter a phone number with its area code, like +44 20 7946 0958.")
        )
    return value


def _read_email(value: str) -> str:
    try:
        return email_addresses.read(value)
    except KindMismatch:
        raise forms.ValidationError(
            gettext("Enter an e-mail address like name@example.com.")
        ) from None


def _check_address(value: str) -> str:
    try:
        return addresses.read(value)
    except KindMismatch:
        problem = gettext("Enter the address as on an envelope, in %(limit)d lines or fewer.") % {
            "limit": ADDRESS_LINES
        }
        raise forms.ValidationError(problem) from None
