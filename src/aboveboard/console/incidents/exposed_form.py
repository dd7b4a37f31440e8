"""The fields that every source of affected people has: what was exposed, and how certain it is."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from aboveboard.incidents.terms import Certainty
from aboveboard.law.categories import all_categories
from aboveboard.promise.queries import in_force


class CertaintyField(forms.ChoiceField):
    """How certain a source is; certain where nobody says."""

    def __init__(self) -> None:
        super().__init__(
            label="How certain is it that their data was exposed?",
            choices=[(each.value, each.label) for each in sorted(Certainty, reverse=True)],
            initial=Certainty.CERTAIN.value,
            required=False,
            widget=forms.RadioSelect,
            help_text="Where several sources name somebody, the strongest counts.",
        )

    def clean(self, value: Any) -> Certainty:
        """Return the certainty that was chosen."""
        chosen = super().clean(value)
        return Certainty(int(chosen)) if chosen else Certainty.CERTAIN


class ExposedForm(forms.Form):
    """Which data about them was in it: what the promise holds, and what stands in a letter all the
    same."""

    ERRORS_AT: ClassVar[str] = "people"
    NEEDS_DATA: ClassVar[bool] = True

    exposed = forms.MultipleChoiceField(
        label="Which data about them was in it?",
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    more = forms.MultipleChoiceField(
        label="Anything else?", widget=forms.CheckboxSelectMultiple, required=False
    )

    protected = forms.MultipleChoiceField(
        label="Which of these were encrypted, hashed, masked or the like?",
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        promise = in_force().promise
        held = promise.categories_of(promise.fields)
        for name, keys in (
            ("exposed", held),
            ("more", [key for key in all_categories() if key not in held]),
            ("protected", list(all_categories())),
        ):
            field = self.fields[name]
            if isinstance(field, forms.MultipleChoiceField):
                field.choices = [(key, _first_capital(all_categories()[key].noun)) for key in keys]

    def clean(self) -> None:
        """Ask for one of either."""
        super().clean()
        chosen = self.categories()
        asked = self.NEEDS_DATA and not self.errors.keys() & {"exposed", "more"}
        if asked and not chosen:
            self.add_error("exposed", "Choose what was in it. If you do not know, choose all.")
        if chosen and not set(self.cleaned_data.get("protected", ())) <= set(chosen):
            self.add_error("protected", "Choose only what was in it.")

    def categories(self) -> list[str]:
        """Return the keys of what was chosen."""
        return [*self.cleaned_data.get("exposed", ()), *self.cleaned_data.get("more", ())]


def _first_capital(words: str) -> str:
    return words[:1].upper() + words[1:]
