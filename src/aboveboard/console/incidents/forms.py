"""What an incident lead fills in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from aboveboard.incidents.judging import circumstances


class NoteForm(forms.Form):
    """A sentence for the timeline."""

    sentence = forms.CharField(label="What happened?", max_length=400, help_text="One sentence, without names of customers.")
    public = forms.BooleanField(label="Show it on the trust centre", required=False)


class DoneForm(forms.Form):
    """That a duty was done, and where that can be checked."""

    reference = forms.CharField(label="Their case number", max_length=120, required=False)
    done_at = forms.DateTimeField(
        label="When?", required=False, help_text="Leave it empty for now. Otherwise like 2026-11-22 14:30, in UTC.",
        error_messages={"invalid": "Write it like 2026-11-22 14:30."},
    )  # fmt: skip
    words = forms.CharField(label="Anything to remember", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3}))


class CircumstancesForm(forms.Form):
    """Every question about the loss; an empty answer is taken as the worse one until somebody knows."""

    def __init__(self, *args: Any, stored: Mapping[str, str], kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in circumstances.questions():
            assumed = question.options.get(question.unless_said.get(kind, ""), "")
            self.fields[question.key] = forms.ChoiceField(
                label=question.ask,
                choices=[("", "Not known yet"), *question.options.items()],
                required=False,
                widget=forms.RadioSelect,
                initial=stored.get(question.key, ""),
                help_text=f"Until you answer we take: {assumed}" if assumed else "",
            )


class PrepareForm(forms.Form):
    """What was done about it, in the languages that customers read."""

    en = forms.CharField(label="What we did, in English", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    fr = forms.CharField(label="In French", required=False, widget=forms.Textarea(attrs={"rows": 3, "lang": "fr"}))
    de = forms.CharField(label="In German", required=False, widget=forms.Textarea(attrs={"rows": 3, "lang": "de"}))


class ReadForm(forms.Form):
    """The second person says that they read the notices."""

    read = forms.BooleanField(label="I read every notice below, as if it came to me", error_messages={"required": "Read them first."})
