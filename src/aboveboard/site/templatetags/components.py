"""What templates of every face use to show fields, bars and moments in our
look: ``{% load components %}``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField
from django.utils import timezone
from django.utils.formats import date_format

register = template.Library()

_KINDS: list[tuple[type[forms.Widget], str, str]] = [
    # A kind of RadioSelect, so it goes first.
    (forms.CheckboxSelectMultiple, "checkboxes", "govuk-checkboxes__input"),
    (forms.RadioSelect, "radios", "govuk-radios__input"),
    (forms.CheckboxInput, "checkbox", "govuk-checkboxes__input"),
    (forms.Select, "select", "govuk-select"),
    (forms.Textarea, "textarea", "govuk-textarea"),
    (forms.FileInput, "file", "govuk-file-upload"),
    (forms.Widget, "input", "govuk-input"),
]


@register.inclusion_tag("components/field.html")
def form_field(field: BoundField) -> dict[str, Any]:
    """Show a field with its label, hint and errors as GOV.UK Frontend does;
    width by ``max_length``."""
    widget = field.field.widget
    kind, css = next((kind, css) for type_, kind, css in _KINDS if isinstance(widget, type_))
    if kind == "input" and (longest := getattr(field.field, "max_length", None)) and longest <= 20:
        css += " govuk-input--width-10" if longest <= 10 else " govuk-input--width-20"
    if field.errors and kind in ("input", "textarea", "select", "file"):
        css += f" govuk-{'file-upload' if kind == 'file' else kind}--error"
    widget.attrs["class"] = f"{widget.attrs.get('class', '')} {css}".strip()
    described = [f"{field.auto_id}_helptext"] * bool(field.help_text) + [
        f"{field.auto_id}_error"
    ] * bool(field.errors)
    return {
        "field": field,
        "kind": kind,
        "widget": field.as_widget(),
        "described_by": " ".join(described),
    }


@register.inclusion_tag("components/bar.html")
def bar(parts: Iterable[Mapping[str, Any]], label: str) -> dict[str, Any]:
    """Show a bar in parts. A part: ``label``, ``number``, ``tone`` (very-high, high,
    medium, low, kept, rest).

    ``label`` says the whole in words for those who do not see it.
    """
    parts = list(parts)
    total = sum(part["number"] for part in parts) or 1
    shown, start = [], 0.0
    for part in parts:
        width = 1000 * part["number"] / total
        shown.append(
            {
                **part,
                "start": f"{start:.2f}",
                "width": f"{width:.2f}",
                "shown": f"{part['number']:,}",
            }
        )
        start += width
    return {"parts": shown, "label": label}


@register.filter
def said(moment: datetime | None) -> str:
    """Say a moment as people do: ``today 09:41``, ``yesterday 16:20``,
    ``14 Nov 11:02``, ``3 March 2024``."""
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    today = timezone.localdate()
    if local.date() == today:
        return f"today {local:%H:%M}"
    if local.date() == today - timedelta(days=1):
        return f"yesterday {local:%H:%M}"
    if local.date() > today - timedelta(days=300):
        return date_format(local, "j M H:i")
    return date_format(local, "j F Y")


@register.filter
def left(moment: datetime | None) -> str:
    """Say how long until a moment: ``44 h 51 min``, ``3 days 4 h``; once it is
    past: ``2 h 5 min ago``."""
    if moment is None:
        return ""
    seconds = (moment - timezone.now()).total_seconds()
    minutes = int(abs(seconds) // 60)
    days, hours = minutes // 1440, minutes // 60
    text = (
        f"{days} days {hours % 24} h"
        if days >= 3
        else f"{hours} h {minutes % 60} min"
        if hours
        else f"{minutes} min"
    )
    return text if seconds >= 0 else f"{text} ago"
