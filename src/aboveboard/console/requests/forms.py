"""What staff fill in about a request. What the person will read is asked for in their words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms

from aboveboard.console.requests.words import ANSWERS, EXTENSIONS, GROUNDS, KINDS, PAUSES
from aboveboard.rights import limits
from aboveboard.rights.requests.terms import ProofEvidence

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


class NewRequestForm(forms.Form):
    """What somebody asked an adviser for."""

    kind = _radios("What do they ask for?", KINDS, "Choose what they ask for.")
    words = _words("What they said", "In their words. It is encrypted.")
