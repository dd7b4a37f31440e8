"""What an incident lead fills in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from aboveboard.incidents.assessment import circumstances
from aboveboard.incidents.leaks import columns
from aboveboard.incidents.limits import CHANGE_WORDS, REASON_WORDS

MOMENT = "%Y-%m-%dT%H:%M"
"""How a browser writes a date and time (HTML, ``datetime-local``)."""
_ANSWERED_BY = {
    "begun_at": "occurred_at",
    "occurred": "occurred_at",
    "description": "what_happened",
    "discovery": "how_found",
    "late_reason": "late_because",
    "measures_taken": "measures",
}
"""Which field of :class:`CircumstancesForm` answers a question of the authority's report,
where the names differ."""


def answered_by(question: str) -> str:
    """Return the field that answers an open question of the authority's report, or "" if it is
    counted or settled elsewhere."""
    name = _ANSWERED_BY.get(question, question)
    asked = {
        "occurred_at",
        *circumstances.open_questions(),
        *(each.key for each in circumstances.reported_questions()),
    }
    return name if name in asked else ""


def moment_field(label: str, hint: str) -> forms.DateTimeField:
    """Return the field of a moment that may be left empty."""
    return forms.DateTimeField(
        label=label,
        required=False,
        input_formats=[MOMENT],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT),
        help_text=hint,
        error_messages={"invalid": "Choose a date and a time."},
    )


class TimelineNoteForm(forms.Form):
    """A sentence for the timeline."""

    sentence = forms.CharField(
        label="What happened?",
        max_length=400,
        help_text="One sentence. Do not name customers.",
        error_messages={"required": "Say in one sentence what happened."},
    )
    public = forms.BooleanField(label="Publish it on the trust centre", required=False)


class DoneForm(forms.Form):
    """That a duty was done, and where that can be checked."""

    reference = forms.CharField(label="Their case number", max_length=120, required=False)
    done_at = forms.DateTimeField(
        label="When?",
        required=False,
        input_formats=[MOMENT],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT),
        help_text="Leave it empty if it was just now.",
        error_messages={"invalid": "Choose a date and a time."},
    )
    words = forms.CharField(
        label="Note",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class StateNoteForm(forms.Form):
    """What somebody says about a step of an incident."""

    words = forms.CharField(
        label="Note",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="For colleagues. Do not name customers.",
    )


def _closing_field(label: str, missing: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=REASON_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="It is stored encrypted. Do not name customers.",
        error_messages={"required": missing},
    )


class ClosingForm(forms.Form):
    """What is asked before an incident is closed; ``left``: how many tasks are open."""

    cause = _closing_field("Why did it happen?", "Say why it happened.")
    lessons = _closing_field("What did you learn?", "Say what you learned.")
    changed = _closing_field(
        "What did you change, so that it does not happen again?", "Say what you changed."
    )
    rest = _closing_field("Why are the open tasks not needed?", "Say why they are not needed.")

    def __init__(self, *args: Any, left: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not left:
            del self.fields["rest"]


class CircumstancesForm(forms.Form):
    """Every question about the loss; an empty answer is taken as the worst one
    until somebody knows."""

    occurred_at = forms.DateTimeField(
        label="When did it happen?",
        required=False,
        input_formats=[MOMENT],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT),
        help_text="Leave it empty if nobody knows.",
        error_messages={"invalid": "Choose a date and a time."},
    )

    def __init__(
        self,
        *args: Any,
        stored: Mapping[str, str],
        taken: Mapping[str, str],
        kind: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for key, ask in circumstances.open_questions().items():
            area = forms.Textarea(attrs={"rows": 2})
            self.fields[key] = forms.CharField(
                label=ask,
                max_length=4_000,
                required=False,
                widget=area,
                initial=stored.get(key, ""),
            )
        for question in circumstances.questions():
            # Said beside the question, so that whoever leaves it open knows which worse reading the
            # figures rest on meanwhile.
            hint = _assumed_help(taken.get(question.key, ""))
            self.fields[question.key] = _choice(question, stored.get(question.key, ""), hint)
        for reported in circumstances.reported_questions():
            self.fields[reported.key] = _reported(reported, stored.get(reported.key, ""), kind)

    def keep(self, names: Sequence[str]) -> None:
        """Ask these questions and no others, in this order."""
        self.fields = {name: self.fields[name] for name in names}

    def answers(self) -> dict[str, Any]:
        """Return the answers, without the moment."""
        return {
            key: "" if value is None else value
            for key, value in self.cleaned_data.items()
            if key != "occurred_at"
        }


def _choice(question: circumstances.CircumstanceQuestion, stored: str, hint: str) -> forms.Field:
    """Return the field for a question with options, or for a number."""
    if question.number:
        return forms.IntegerField(
            label=question.ask,
            required=False,
            min_value=1,
            max_value=10**9,
            initial=stored or None,
            help_text=hint,
            error_messages={"invalid": "Give a number.", "min_value": "Give a number from 1."},
        )
    return forms.ChoiceField(
        label=question.ask,
        choices=[("", "Not known yet"), *question.options.items()],
        required=False,
        widget=forms.RadioSelect,
        initial=stored,
        help_text=hint,
    )


def _reported(question: circumstances.ReportQuestion, stored: str, kind: str) -> forms.Field:
    """Return the field for a question that only the authority's report asks."""
    taken = [
        question.options[key]
        for key in question.unless_said.get(kind, "").split(",")
        if key in question.options
    ]
    hint = _assumed_help(", ".join(taken))
    if question.many:
        return forms.MultipleChoiceField(
            label=question.ask,
            choices=list(question.options.items()),
            required=False,
            widget=forms.CheckboxSelectMultiple,
            initial=stored.split(",") if stored else [],
            help_text=hint,
        )
    return forms.ChoiceField(
        label=question.ask,
        choices=[("", "Not known yet"), *question.options.items()],
        required=False,
        widget=forms.Select,
        initial=stored,
        help_text=hint,
    )


def _assumed_help(assumed: str) -> str:
    return f"Until you answer, we assume: {assumed}" if assumed else ""


class PrepareForm(forms.Form):
    """What was done about it, in the languages that customers read."""

    en = forms.CharField(
        label="What we did, in English", required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    fr = forms.CharField(
        label="In French", required=False, widget=forms.Textarea(attrs={"rows": 3, "lang": "fr"})
    )
    de = forms.CharField(
        label="In German", required=False, widget=forms.Textarea(attrs={"rows": 3, "lang": "de"})
    )


class ReadForm(forms.Form):
    """The second person says that they read the notices."""

    read = forms.BooleanField(
        label="I have read every notice on this page",
        error_messages={"required": "Confirm that you have read the notices."},
    )


class ChangesForm(forms.Form):
    """What a colleague wants changed before they approve."""

    words = forms.CharField(
        label="What must be changed?",
        max_length=CHANGE_WORDS,
        strip=True,
        help_text="Whoever prepared the notices gets an e-mail and reads this here. It is stored "
        "encrypted. Do not name customers.",
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Say what must be changed."},
    )


class AnswerChangesForm(forms.Form):
    """What is answered, where nothing is changed."""

    answer = forms.CharField(
        label="Your answer",
        max_length=CHANGE_WORDS,
        strip=True,
        help_text="Why the notices can stay as they are. To change them, send them back and "
        "prepare them again.",
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Write an answer."},
    )


class LeakForm(forms.Form):
    """The file that was found, and what to call it."""

    file = forms.FileField(
        label="File",
        help_text="One record per line: CSV, JSON lines, or address:password. Up to 512 MB.",
        error_messages={"required": "Choose a file.", "empty": "This file is empty."},
    )
    title = forms.CharField(
        label="Name of the incident",
        max_length=120,
        required=False,
        help_text="For example: customer file found on a public forum.",
    )


class ColumnsForm(forms.Form):
    """What each column of the file holds, as guessed, to be confirmed. ``again``: the very same
    file was opened before, so that it is another loss is confirmed too."""

    def __init__(
        self,
        *args: Any,
        guesses: Sequence[columns.ColumnGuess],
        again: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if again:
            self.fields["again"] = forms.BooleanField(
                label="It is another loss: open a second incident from the same file",
                error_messages={"required": "Confirm that it is another loss."},
            )
        choices = [(role.name, role.label) for role in columns.roles().values()]
        for guess in guesses:
            self.fields[f"column_{guess.position}"] = forms.ChoiceField(
                label=f"Column {guess.position + 1}"
                + (f", “{guess.header}”" if guess.header else ""),
                choices=choices,
                initial=guess.role,
                help_text=_guess_reason(guess),
            )

    def chosen(self) -> list[str]:
        """Return the role of each column, in order."""
        return [self.cleaned_data[name] for name in self.fields if name != "again"]

    @property
    def again(self) -> bool:
        """Whether somebody confirmed that it is another loss."""
        return bool(self.cleaned_data.get("again"))


def _guess_reason(guess: columns.ColumnGuess) -> str:
    """Say why a column was taken for that, without a value of it."""
    if guess.by == "nothing":
        return "We could not tell." if guess.filled else "Empty in the first rows."
    why = "from its name" if guess.by == "header" else "from its values"
    fit = f"; {guess.seen} of the first {guess.filled} values fit" if guess.seen else ""
    return f"Guessed {why}{fit}."
