"""What is refused is said in the language of whoever reads it; staff are told in English what to
do."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import translation

from aboveboard.basics.errors import AboveboardError, Conflict, NotFound, RateLimited
from aboveboard.site.pages import ErrorPages

pytestmark = [pytest.mark.django_db, pytest.mark.one_database("what pages say")]


def page(error: AboveboardError, language: str, path: str = "/you/choices/") -> HttpResponse:
    request = RequestFactory().get(path)
    request.user = AnonymousUser()
    with translation.override(language):
        answer = ErrorPages(lambda _: HttpResponse()).process_exception(request, error)
    assert answer is not None
    return answer


@pytest.mark.parametrize(
    ("language", "words"),
    [("fr", "Cela n’a pas fonctionné"), ("de", "Das hat nicht geklappt"), ("en", "not ready")],
)
def test_a_customer_reads_it_in_their_language(language: str, words: str) -> None:
    answer = page(Conflict(why="it is not ready"), language)
    assert answer.status_code == 409
    content = answer.content.decode()
    assert words in content
    assert f'lang="{language}' in content
    assert ("it is not ready" in content) is (language == "en")


def test_what_is_not_there_is_the_page_that_says_so() -> None:
    answer = page(NotFound(what="notice"), "de")
    assert answer.status_code == 404
    assert "Seite nicht gefunden" in answer.content.decode()


def test_staff_are_told_what_is_wrong_whatever_their_browser_speaks() -> None:
    answer = page(Conflict(why="it is not ready"), "fr", "/console/devices/")
    assert "it is not ready" in answer.content.decode()


def test_how_long_to_wait_is_kept() -> None:
    for language in ("fr", "en"):
        answer = page(RateLimited(seconds=5), language)
        assert (answer.status_code, answer["Retry-After"]) == (429, "5")
