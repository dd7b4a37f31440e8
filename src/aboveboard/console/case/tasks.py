"""What there is to do about an incident: the list, and each task on a page of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from aboveboard.accounts import queries as accounts
from aboveboard.accounts.gate import actor_of, allow
from aboveboard.basics import clock
from aboveboard.basics.errors import AboveboardError
from aboveboard.console.incidents.forms import moment_field
from aboveboard.console.incidents.page import LEADS
from aboveboard.console.incidents.reviewing import who
from aboveboard.incidents import queries
from aboveboard.incidents.case import playbook, tasks
from aboveboard.incidents.limits import REASON_WORDS
from aboveboard.incidents.terms import CaseRole


class TaskForm(forms.Form):
    """Another thing to do."""

    title = forms.CharField(
        label="What is to be done?",
        max_length=160,
        help_text="In a few words. Do not name customers.",
        error_messages={"required": "Say in a few words what is to be done."},
    )
    role = forms.ChoiceField(
        label="Who does it?",
        choices=CaseRole.choices,
        error_messages={"required": "Choose who does it."},
    )
    due_at = moment_field("By when?", "Leave it empty if it has no fixed time.")


class AssigneeForm(forms.Form):
    """Who does a task."""

    to = forms.TypedChoiceField(label="Who does it?", coerce=int, empty_value=None, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        if isinstance(field, forms.ChoiceField):
            active = [member for member in accounts.staff() if member.is_active]
            field.choices = [("", "Nobody yet"), *((each.id, each.name) for each in active)]


class NotNeededForm(forms.Form):
    """Why a task is not needed."""

    reason = forms.CharField(
        label="Why is it not needed?",
        max_length=REASON_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="It is stored encrypted. Do not name customers.",
        error_messages={"required": "Say why."},
    )


@allow(*LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def overview(request: HttpRequest, number: int) -> HttpResponse:
    """List what there is to do; POST adds to it."""
    page = queries.page(number, at=clock.now())
    form = TaskForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            tasks.add_task(
                number,
                given["title"],
                role=CaseRole(given["role"]),
                due_at=given["due_at"],
                by=actor_of(request),
                at=clock.now(),
            )
        except AboveboardError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Added")
            return HttpResponseRedirect(reverse("console:case_tasks", args=[number]))
    listed = tasks.tasks(number, at=clock.now())
    context = {
        "page": page,
        "form": form,
        "open": [task for task in listed if task.is_open],
        "ended": [task for task in listed if not task.is_open],
        "sources": playbook.sources(),
    }
    return render(request, "console/case/tasks.html", context, status=422 if form.errors else 200)


@allow(*LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def task(request: HttpRequest, number: int, task_id: int) -> HttpResponse:
    """Show one task; POST gives it to somebody."""
    record = tasks.task(number, task_id, at=clock.now())
    form = AssigneeForm(
        request.POST if request.method == "POST" else None, initial={"to": record.assignee_id}
    )
    if request.method == "POST" and form.is_valid():
        try:
            tasks.assign_task(
                number, task_id, form.cleaned_data["to"], by=actor_of(request), at=clock.now()
            )
        except AboveboardError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Saved")
            return HttpResponseRedirect(reverse("console:case_task", args=[number, task_id]))
    return _show(request, number, record, {"form": form})


@allow(*LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def not_needed(request: HttpRequest, number: int, task_id: int) -> HttpResponse:
    """Ask why a task is not needed, and record it."""
    record = tasks.task(number, task_id, at=clock.now())
    if not record.is_open:
        raise Http404
    form = NotNeededForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            tasks.drop_task(
                number,
                task_id,
                form.cleaned_data["reason"],
                by=actor_of(request),
                at=clock.now(),
            )
        except AboveboardError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Recorded: not needed")
            return HttpResponseRedirect(reverse("console:case_tasks", args=[number]))
    context = {"page": queries.page(number, at=clock.now()), "task": record, "form": form}
    return render(
        request, "console/case/not_needed.html", context, status=422 if form.errors else 200
    )


_CHANGES: Final[dict[str, tuple[Callable[..., object], str]]] = {
    "done": (tasks.finish_task, "Marked as done"),
    "reopen": (tasks.reopen_task, "It is to do again"),
}


@allow(*LEADS)
@require_POST
def change(request: HttpRequest, number: int, task_id: int, how: str) -> HttpResponse:
    """Record that a task is done, or open it again."""
    if how not in _CHANGES:
        raise Http404
    do, words = _CHANGES[how]
    try:
        do(number, task_id, by=actor_of(request), at=clock.now())
    except AboveboardError as error:
        if error.code == "not_found":
            raise
        messages.error(request, str(error))
    else:
        messages.success(request, words)
    return HttpResponseRedirect(reverse("console:case_tasks", args=[number]))


def _show(
    request: HttpRequest, number: int, record: tasks.TaskView, more: dict[str, Any]
) -> HttpResponse:
    context = {
        "page": queries.page(number, at=clock.now()),
        "task": record,
        "ended_by": who(record.ended_by) if record.ended_by else "",
    }
    status = 422 if more["form"].errors else 200
    return render(request, "console/case/task.html", context | more, status=status)
