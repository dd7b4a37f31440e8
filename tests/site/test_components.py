"""What pages are built from: every piece on one page, read by axe in both schemes and at both
widths; moments and their zone; the menu of a phone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import Context, Template
from django.urls import path
from django.utils import timezone, translation
from playwright.sync_api import Browser, Page, expect

from aboveboard.accounts.gate import public
from aboveboard.site.templatetags.components import (
    error_messages,
    linkify,
    named,
    time_zone_note,
    when,
)
from aboveboard.site.urls import urlpatterns as real
from tests.browser import PHONE, assert_accessible, photograph


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
@pytest.mark.urls("tests.site.test_components")
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


@pytest.mark.browser
@pytest.mark.urls("tests.site.test_components")
def test_on_a_phone_the_menu_opens_without_a_script(chromium: Browser, live_server: Any) -> None:
    context = chromium.new_context(
        viewport=PHONE, base_url=str(live_server.url), java_script_enabled=False
    )
    page = context.new_page()
    page.goto("/sample/")
    link = page.get_by_role("link", name="Our promise")
    expect(link).to_be_hidden()
    page.get_by_text("Menu", exact=True).focus()
    page.keyboard.press("Enter")
    expect(link).to_be_visible()
    context.close()


@pytest.mark.parametrize(
    ("text", "words", "addresses"),
    [
        (
            "Equifax (equifax.com), Experian (experian.com). Or 1-877-438-4338.",
            "Equifax (equifax.com), Experian (experian.com). Or 1-877-438-4338.",
            ["https://equifax.com", "https://experian.com"],
        ),
        (
            "Complain to the ICO: ico.org.uk/make-a-complaint",
            "Complain to the ICO: ico.org.uk/make-a-complaint",
            ["https://ico.org.uk/make-a-complaint"],
        ),
        (
            "Write to privacy@shop.example. See http://127.0.0.1:8000/you/.",
            "Write to privacy@shop.example. See http://127.0.0.1:8000/you/.",
            ["mailto:privacy@shop.example", "http://127.0.0.1:8000/you/"],
        ),
        ("<b>no</b> e.g. 12.5 & so", "&lt;b&gt;no&lt;/b&gt; e.g. 12.5 &amp; so", []),
        ('a "https://x.example/<script>"', "a &quot;https://x.example/&lt;script&gt;&quot;", None),
    ],
)
def test_addresses_in_a_text_become_links_and_no_other_sign_changes(
    text: str, words: str, addresses: list[str] | None
) -> None:
    html = linkify(text)
    assert re.sub(r"</?a[^>]*>", "", html) == words
    if addresses is not None:
        assert re.findall(r'href="([^"]*)"', html) == addresses


def test_sentences_are_escaped_once() -> None:
    assert linkify(["We locked the laptop's account.", "See x.example."]) == (
        "We locked the laptop&#x27;s account. "
        'See <a class="govuk-link" href="https://x.example">x.example</a>.'
    )
    joined = Template('{{ each|join:" " }}').render(Context({"each": ["the laptop's account"]}))
    with pytest.raises(TypeError, match="plain text"):
        linkify(joined)


def test_the_summary_of_errors_does_not_name_a_field_twice() -> None:
    class Asked(forms.Form):
        label = forms.CharField(label="Label", error_messages={"required": "Enter the label."})
        age = forms.IntegerField(label="Age", error_messages={"required": "Enter your age."})
        other = forms.CharField(label="Anything else")

    form = Asked({"age": "old"})
    assert [error_messages(field) for field in form] == [
        ["Enter the label."],
        ["Age: Enter a whole number."],
        ["Anything else: This field is required."],
    ]


def test_the_summary_of_errors_names_no_field_where_there_is_one() -> None:
    class Alone(forms.Form):
        code = forms.IntegerField(label="Code from the e-mail")

    (field,) = Alone({"code": "old"})
    assert error_messages(field) == ["Enter a whole number."]


@pytest.mark.parametrize(
    ("name", "words"), [("name", "Your name:"), ("reach", "How shall we reach you?"), ("sure", "")]
)
def test_the_summary_of_errors_names_a_field_as_people_would(name: str, words: str) -> None:
    assert named(Sample()[name]) == words


NOW = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)
LONDON, SYDNEY = ZoneInfo("Europe/London"), ZoneInfo("Australia/Sydney")


@pytest.mark.parametrize(
    ("moment", "form", "zone", "words"),
    [
        (NOW, "", LONDON, "today 12:30"),
        (NOW - timedelta(days=1), "", LONDON, "yesterday 12:30"),
        (NOW - timedelta(days=8), "", LONDON, "14 Nov, 12:30"),
        (NOW - timedelta(days=400), "", LONDON, "18 October 2025"),
        (datetime(2026, 7, 3, 8, 5, tzinfo=UTC), "full", LONDON, "3 July 2026, 09:05"),
        (datetime(2026, 7, 3, 8, 5, tzinfo=UTC), "full", UTC, "3 July 2026, 08:05"),
        (datetime(2026, 7, 3, 23, 30, tzinfo=UTC), "day", LONDON, "4 July 2026"),
        (NOW, "time", SYDNEY, "23:30"),
        (datetime(2026, 11, 23, 8, 15, tzinfo=UTC), "due", LONDON, "Mon 23 Nov, 08:15"),
        (None, "", LONDON, ""),
    ],
)
def test_a_moment_is_said_as_people_do_in_the_zone_of_the_page(
    moment: datetime | None,
    form: str,
    zone: tzinfo,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    with timezone.override(zone):
        assert when(moment, form) == words


@pytest.mark.parametrize(
    ("zone", "language", "words"),
    [
        (UTC, "en", "All times are UTC."),
        (ZoneInfo("UTC"), "en", "All times are UTC."),
        (LONDON, "en", "All times are London time."),
        (LONDON, "fr", "Toutes les heures sont à l’heure de Londres."),
        (ZoneInfo("Europe/Berlin"), "de", "Alle Uhrzeiten sind Ortszeit Berlin."),
    ],
)
def test_a_page_says_in_which_zone_its_times_are(zone: tzinfo, language: str, words: str) -> None:
    with timezone.override(zone), translation.override(language):
        assert time_zone_note() == words


@pytest.mark.parametrize(
    ("reasons", "heads"),
    [(["", ""], ["State"]), (["", "address_refused"], ["State", "Why"])],
)
def test_a_column_that_is_empty_in_every_row_is_left_out(
    reasons: list[str], heads: list[str]
) -> None:
    page = Template(
        '{% load components %}{% table "State" "Why" %}{% for why in reasons %}<tr><td>sent</td>'
        '<td class="x" data-th="Why"> {{ why }}\n</td></tr>{% endfor %}{% endtable %}'
    ).render(Context({"reasons": reasons}))
    assert [head.strip() for head in re.findall(r"<th[^>]*>([^<]*)</th>", page)] == heads
    assert page.count("<td") == len(reasons) * len(heads)
