"""What a form says of a box that was left empty."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from django import forms

import aboveboard.accounts.signin
import aboveboard.console
import aboveboard.portal

DJANGO_SAYS = str(forms.Field.default_error_messages["required"])


def _below(form: type[forms.BaseForm]) -> Iterator[type[forms.BaseForm]]:
    for each in form.__subclasses__():
        yield each
        yield from _below(each)


def ours() -> list[type[forms.BaseForm]]:
    """Every form of the faces; those of sign-in are labelled when they are made."""
    for package in (aboveboard.console, aboveboard.portal):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    faces = ("aboveboard.console.", "aboveboard.portal.")
    return sorted(
        {form for form in _below(forms.BaseForm) if form.__module__.startswith(faces)},
        key=lambda form: (form.__module__, form.__name__),
    )


@pytest.mark.parametrize("form", ours(), ids=lambda form: f"{form.__module__}.{form.__name__}")
def test_a_box_left_empty_says_what_to_enter(form: type[forms.BaseForm]) -> None:
    fields = getattr(form, "base_fields", {})
    silent = [
        name
        for name, field in fields.items()
        if field.required and str(field.error_messages["required"]) == DJANGO_SAYS
    ]
    assert not silent, "say it as GOV.UK does, with error_messages={'required': 'Enter …'}"
