"""The look itself, on one page that shows every piece: read by axe, in both
schemes, at both widths."""

from __future__ import annotations

import pytest
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from playwright.sync_api import Page

from aboveboard.accounts.gate import public
from aboveboard.site.urls import urlpatterns as real
from tests.browser import assert_accessible, photograph


class Sample(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label="Your name", max_length=20)
    reach = forms.ChoiceField(
        label="How shall we reach you?",
        widget=forms.RadioSelect,
        choices=[("e", "By e-mail"), ("p", "By phone")],
        help_text="You can change this.",
    )
    topics = forms.MultipleChoiceField(
        label="About what?",
        widget=forms.CheckboxSelectMultiple,
        choices=[("a", "Orders"), ("b", "Offers")],
    )
    sure = forms.BooleanField(label="I have read this", help_text="It takes two minutes.")
    country = forms.ChoiceField(label="Country", choices=[("gb", "United Kingdom")])
    more = forms.CharField(
        label="Anything else", widget=forms.Textarea(attrs={"rows": 3}), required=False
    )
    paper = forms.FileField(label="A file", required=False)


@public("a test looks at it")
def sample(request: HttpRequest) -> HttpResponse:
    form = Sample({"name": "", "country": "gb"})
    parts = [
        {"label": "high", "number": 1118, "tone": "high"},
        {"label": "medium", "number": 6402, "tone": "medium"},
        {"label": "low", "number": 5384, "tone": "low"},
    ]
    return render(request, "components/sample.html", {"form": form, "parts": parts})


urlpatterns = [path("sample/", sample), *real]


@pytest.mark.browser
@pytest.mark.urls("tests.site.test_look")
def test_every_piece_is_readable_by_everyone(page: Page) -> None:
    page.goto("/sample/")
    assert page.title().startswith("Error: ")
    assert page.locator("body.govuk-frontend-supported").count() == 1, (
        "the script ran under the content policy"
    )
    font = page.evaluate("document.fonts.check('16px \"Atkinson Hyperlegible Next\"')")
    assert font
    photograph(page, "sample")
    assert_accessible(page)


@pytest.mark.browser
def test_the_keyboard_reaches_the_main_part_first(page: Page) -> None:
    page.goto("/no-such-page/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to main content"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main"
    assert_accessible(page)
