"""What staff fill in about a request. What the person will read is asked for in their words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms

from aboveboard.basics.person_codes import parse_person
from aboveboard.console.requests.words import (
    ANSWERS,
    ASKERS,
    EXTENSIONS,
    GROUNDS,
    HOLD_CASES,
    KINDS,
    PAUSES,
)
from aboveboard.promise.model import Purpose
from aboveboard.promise.queries import in_force
from aboveboard.rights import limits
from aboveboard.rights.requests.proving import CodeUse
from aboveboard.rights.requests.terms import Asker, ProofEvidence, RequestKind

_ABOUT: Final = {
    "restriction": RequestKind.RESTRICTION,
    "purpose": RequestKind.OBJECTION,
    "decision": RequestKind.HUMAN_REVIEW,
}
"""What a request is about, by the kind that has it."""
_READ_BY_THEM: Final = "They read this. Write it in their language, without jargon."


def _radios(label: str, options: Mapping[Any, str], required: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        widget=forms.RadioSelect,
        choices=[(str(key), words) for key, words in options.items()],
        error_messages={"required": required},
    )


def _words(label: str, hint: str = _READ_BY_THEM, *, required: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=bool(required),
        max_length=limits.WORDS,
        strip=True,
        help_text=hint,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": required},
    )


class PauseForm(forms.Form):
    """What is waited for, and what the person is asked."""

    reason = _radios("What do you need from them?", PAUSES, "Choose what you need.")
    words = _words("What you ask them", required="Write what you ask them.")


class ExtendForm(forms.Form):
    """Why it takes longer."""

    reason = _radios("Why does it take longer?", EXTENSIONS, "Choose why it takes longer.")
    words = _words("What you tell them", required="Write why it takes longer.")


class RefuseForm(forms.Form):
    """On what ground nothing is done."""

    ground = _radios("On what ground?", GROUNDS, "Choose the ground.")
    words = _words(
        "Your reasons, and where they can complain",
        required="Write your reasons: the law gives them a right to know.",
    )


class RequestAnswerForm(forms.Form):
    """How it ended."""

    outcome = _radios("How did it end?", ANSWERS, "Choose how it ended.")
    words = _words("Anything they should know")


class RequestReviewForm(forms.Form):
    """That somebody looked at what was collected."""

    words = _words("A note for the record", "Only staff read it.")


class ProveForm(forms.Form):
    """What a member of staff checked themselves."""

    evidence = _radios(
        "What did you check?",
        {
            ProofEvidence.KNOWLEDGE: "They knew something on record that the answer does not hold",
            ProofEvidence.AUTHORITY: "Papers that let them act for the person",
        },
        "Choose what you checked.",
    )


class ProofDocumentForm(forms.Form):
    """A picture of a document by which somebody proves who they are."""

    file = forms.FileField(
        label="A picture or scan of it",
        help_text=f"PDF, PNG, JPEG or TIFF, up to {limits.DOCUMENT_BYTES // 1024**2} MB. "
        "It is encrypted, and deleted with the verdict.",
        error_messages={"required": "Choose a file.", "empty": "This file is empty."},
    )


class JudgeForm(forms.Form):
    """Whether a document proves who asks."""

    verdict = _radios(
        "Does it show that it is them?",
        {
            "accepted": "Yes: name and face or date of birth are those on record",
            "rejected": "No: it proves nothing, and they need another",
        },
        "Choose what you saw.",
    )


class CodeForm(forms.Form):
    """A one-time code that the person tells."""

    use = _radios(
        "Where did they get it?",
        {
            CodeUse.COUNTER: "From one of us, who saw them",
            CodeUse.CONTACT: "In a letter to an address on record",
        },
        "Choose where they got it.",
    )
    code = forms.CharField(
        label="Their code",
        max_length=20,
        strip=True,
        help_text="Eight digits. It works once, and for three tries.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": "Enter the code."},
    )


class NamePersonForm(forms.Form):
    """Whose request it is."""

    person = forms.CharField(
        label="Number of the person",
        max_length=24,
        strip=True,
        help_text="Look them up first; the number stands on their page under Retention.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Enter the number of the person."},
    )

    def clean_person(self) -> int:
        """Return the number that was meant."""
        number = parse_person(self.cleaned_data["person"])
        if number is None:
            raise forms.ValidationError("This is not the number of a person. Compare it again.")
        return number


class DisclosurePurposeForm(forms.Form):
    """For what somebody looks at values that may be another person's."""

    purpose = forms.ChoiceField(
        label="What do you need to see them for?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what you need to see them for."},
    )

    def __init__(self, *args: Any, open_to: Sequence[Purpose], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A ChoiceField's own.
        self.fields["purpose"].choices = [  # type: ignore[attr-defined]
            (each.key, each.for_staff.title) for each in open_to
        ]


class NewRequestForm(forms.Form):
    """What somebody asked an adviser for, and who asks."""

    kind = _radios("What do they ask for?", KINDS, "Choose what they ask for.")
    asker = _radios("Who asks?", ASKERS, "Choose who asks.")
    acting = forms.CharField(
        label="Name and address of who acts for them",
        required=False,
        max_length=500,
        strip=True,
        help_text="Only where it is not the person. Their papers are checked before anything "
        "is given or deleted.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    restriction = forms.ChoiceField(
        label="Why should their data be put on hold?",
        required=False,
        choices=[("", "They ask for something else"), *HOLD_CASES.items()],
        help_text="Only where they ask for that.",
    )
    purpose = forms.ChoiceField(
        label="Which use do they object to?",
        required=False,
        help_text="Only where they object.",
    )
    decision = forms.ChoiceField(
        label="Which decision should a person look at?",
        required=False,
        help_text="Only where they ask for that.",
    )
    words = _words("What they said", "In their words. It is encrypted.")

    field_order: Sequence[str] = (
        "kind",
        "restriction",
        "purpose",
        "decision",
        "asker",
        "acting",
        "words",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"asker": Asker.SELF.value})
        super().__init__(*args, **kwargs)
        promise = in_force().promise
        uses = [
            each for each in promise.purposes.values() if each.objectable or each.direct_marketing
        ]
        self.fields["purpose"].choices = [  # type: ignore[attr-defined]
            ("", "Every use that they can object to"),
            *((each.key, each.for_staff.title) for each in uses),
        ]
        tools = [(each.key, each.title) for each in promise.automated.values()]
        self.fields["decision"].choices = [("", "Another one"), *tools]  # type: ignore[attr-defined]
        if not tools:
            del self.fields["decision"]

    def subject_of(self, name: str) -> str:
        """Return what a request is about, for ``RequestDetails``; "" where its kind has no such."""
        given = self.cleaned_data
        return str(given.get(name, "")) if given["kind"] == _ABOUT[name] else ""

    def clean(self) -> dict[str, Any]:
        """Ask who acts for somebody, where somebody does, and why something is put on hold."""
        given = super().clean() or {}
        if given.get("kind") == RequestKind.RESTRICTION and not given.get("restriction"):
            self.add_error("restriction", "Choose why it should be put on hold.")
        if given.get("asker") not in (None, Asker.SELF.value) and not given.get("acting"):
            self.add_error("acting", "Write who acts for them, and where they can be reached.")
        return given
