"""What somebody fills in who did a step by hand: what they found, what stays, how they know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms

from aboveboard.basics.personal import Personal
from aboveboard.rights import limits
from aboveboard.rights.requests.terms import StepVerb
from aboveboard.rights.running.by_hand import EvidenceDocument, HandAnswer

NOTHING, SOMETHING, KEPT = "nothing", "something", "kept"
_CHOICES: Final[Mapping[StepVerb, Mapping[str, str]]] = {
    StepVerb.FIND: {NOTHING: "Nothing is held there", SOMETHING: "Something is held there"},
    StepVerb.READ: {NOTHING: "Nothing is held there", SOMETHING: "I have a copy of it"},
    StepVerb.DRY_RUN: {
        NOTHING: "Nothing would go",
        SOMETHING: "All of it would go",
        KEPT: "Some or all of it must be kept",
    },
    StepVerb.CORRECT: {NOTHING: "Nothing had to be corrected", SOMETHING: "I corrected it"},
    StepVerb.ERASE: {
        NOTHING: "Nothing was held there",
        SOMETHING: "I deleted all of it",
        KEPT: "Some or all of it is kept",
    },
    StepVerb.RESTRICT: {NOTHING: "Nothing had to be put on hold", SOMETHING: "I put it on hold"},
}
_COPY: Final = "text", "document"
_RETAINED: Final = "kept", "ground", "until"


def _number(label: str, hint: str) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=0,
        max_value=10**9,
        help_text=hint,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "govuk-input--width-5"}),
    )


class HandAnswerForm(forms.Form):
    """The answer to one step. What is asked depends on what is done there: a copy for reading, what
    is kept and why for deleting."""

    answer = forms.ChoiceField(
        label="What came of it?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what came of it."},
    )
    records = _number("How many records?", "Found, changed or deleted. Leave it out for none.")
    text = forms.CharField(
        label="What it holds, as text",
        required=False,
        max_length=100_000,
        strip=True,
        help_text="Copy it here, or attach a file below. It is encrypted.",
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    kept = _number("How many records are kept?", "Only where some are kept.")
    ground = forms.CharField(
        label="Why are they kept?",
        required=False,
        max_length=limits.WORDS,
        strip=True,
        help_text="The person reads this. Name the law or the reason, in their language.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    until = forms.DateField(
        label="Until when?",
        required=False,
        help_text="Leave it out where nobody knows yet.",
        widget=forms.DateInput(attrs={"type": "date", "class": "govuk-input--width-10"}),
        error_messages={"invalid": "Enter a day, such as 2027-03-31."},
    )
    document = forms.FileField(
        label="A file with it, or your evidence",
        required=False,
        help_text=f"Up to {limits.DOCUMENT_BYTES // 1024**2} MB. It is encrypted.",
        error_messages={"empty": "This file is empty."},
    )
    words = forms.CharField(
        label="What did you do, and how do you know?",
        max_length=limits.WORDS,
        strip=True,
        help_text="Only staff read it. It is the evidence of your answer.",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Write what you did, and how you know."},
    )

    def __init__(self, *args: Any, verb: StepVerb, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A ChoiceField's own.
        self.fields["answer"].choices = list(_CHOICES[verb].items())  # type: ignore[attr-defined]
        self._verb, self._keeps = verb, KEPT in _CHOICES[verb]
        if verb is not StepVerb.READ:
            del self.fields["text"]
        if not self._keeps:
            for name in _RETAINED:
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """Ask for what the answer needs."""
        given = super().clean() or {}
        answer = given.get("answer")
        if answer == SOMETHING and not given.get("records"):
            self.add_error("records", "Write how many records there are: at least 1.")
        if answer == NOTHING and given.get("records"):
            self.add_error("records", "You chose that there is nothing. Leave this out.")
        if self._verb is StepVerb.READ:
            self._check_copy(given, answer)
        if answer == KEPT:
            if not given.get("kept"):
                self.add_error("kept", "Write how many records are kept: at least 1.")
            if not given.get("ground"):
                self.add_error("ground", "Write why they are kept: the person has a right to know.")
        elif self._keeps and any(given.get(name) for name in _RETAINED):
            self.add_error("answer", "You wrote that some is kept. Choose that, or empty it below.")
        return given

    def _check_copy(self, given: Mapping[str, Any], answer: object) -> None:
        brought = [name for name in _COPY if given.get(name)]
        if answer == SOMETHING and not brought:
            self.add_error("text", "Copy here what it holds, or attach a file.")
        elif answer == NOTHING and brought:
            self.add_error(
                "answer", "You brought a copy. Choose that you have one, or leave it out."
            )
        elif len(brought) > 1:
            self.add_error("document", "Bring text or a file, not both. Answer with one file.")

    def hand_answer(self, system: str) -> HandAnswer:
        """Return the answer that was filled in, once it is valid."""
        given = self.cleaned_data
        return HandAnswer(
            records=given["records"] or 0,
            words=given["words"],
            document=self._evidence(system),
            kept=given.get("kept") or 0,
            ground=given.get("ground", ""),
            until=given.get("until"),
        )

    def _evidence(self, system: str) -> EvidenceDocument | None:
        file, text = self.cleaned_data["document"], self.cleaned_data.get("text")
        if file is not None:
            name = Personal(str(file.name))
            # What the browser says of it is not believed: it is a file to keep.
            return EvidenceDocument(name, "application/octet-stream", file.chunks())
        if not text:
            return None
        return EvidenceDocument(Personal(f"{system}.txt"), "text/plain", [text.encode()])
