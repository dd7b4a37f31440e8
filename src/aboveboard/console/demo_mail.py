"""The demonstration's mailbox, under ``/demo/``: every message that was sent, as it left. There is
nothing behind these addresses on a real instance."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from aboveboard.accounts.gate import public
from aboveboard.basics import settings
from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.delivery import queries
from aboveboard.keys.demonstration import is_demonstration

P = ParamSpec("P")


def _demo_only(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    @wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        # 404 and not 403: on a real instance there is nothing here that anybody could be refused.
        if not is_demonstration():
            raise Http404
        return view(request, *args, **kwargs)

    return answer


@public("only on a demonstration, where every person and every message is made up")
@require_safe
@_demo_only
def mailbox(request: HttpRequest) -> HttpResponse:
    """List the messages, newest first."""
    before = request.GET.get("before", "")
    rows = queries.caught_messages(settings.current().path("mail"), before=before)
    older = f"?before={rows[-1].name}" if len(rows) == PAGE_SIZE else ""
    return render(request, "demo/mailbox.html", {"rows": rows, "older": older})


@public("only on a demonstration, where every person and every message is made up")
@require_safe
@_demo_only
def message(request: HttpRequest, message_id: str) -> HttpResponse:
    """Show one message: its headers and its text."""
    return render(
        request,
        "demo/message.html",
        {"message": queries.read_caught(settings.current().path("mail"), message_id)},
    )


app_name = "demo"
urlpatterns = [
    path("mail", mailbox, name="mailbox"),
    path("mail/<str:message_id>", message, name="message"),
]
