"""What templates of every face are built from: cards, callouts, pills, tables, fields, bars and
moments: ``{% load components %}``. What each looks like stands in ``templates/components``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton, get_timezone_location
from django import forms, template
from django.forms.boundfield import BoundField
from django.forms.utils import flatatt
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from aboveboard.basics.person_codes import person_code

register = template.Library()

_LOCALES: Final = {"en": "en_GB"}  # "3 March 2026"; American English would turn it round
_KINDS: Final[list[tuple[type[forms.Widget], str, str]]] = [
    # A kind of RadioSelect, so it goes first.
    (forms.CheckboxSelectMultiple, "checkboxes", "govuk-checkboxes__input"),
    (forms.RadioSelect, "radios", "govuk-radios__input"),
    (forms.CheckboxInput, "checkbox", "govuk-checkboxes__input"),
    (forms.Select, "select", "govuk-select"),
    (forms.Textarea, "textarea", "govuk-textarea"),
    (forms.FileInput, "file", "govuk-file-upload"),
    (forms.Widget, "input", "govuk-input"),
]


@register.simple_block_tag
def card(content: str, title: str = "", size: str = "m", key: str = "") -> SafeString:
    """Put what belongs together on a card: ``{% card title="What is due" %}…{% endcard %}``.

    ``size``: of the title (m, s). ``key``: the id that links may point to.
    """
    context = {"content": content, "title": title, "size": size, "key": key}
    return render_to_string("components/card.html", context)


@register.simple_block_tag
def callout(
    content: str, title: str, tone: str = "look", label: str = "", *, answer: bool = False
) -> SafeString:
    """Say before all else on the page what must be said.

    ``tone``: look (amber), act (red), kept (green), plain. ``answer``: it answers what the person
    just did, so a screen reader reads it out.
    """
    context = {
        "content": content,
        "title": title,
        "tone": tone,
        "label": label or title,
        "role": "status" if answer else "region",
    }
    return render_to_string("components/callout.html", context)


@register.simple_block_tag
def no_results(content: str, title: str) -> SafeString:
    """Say in plain words that there is nothing to list, and what one could do."""
    context = {"title": title, "body": content.strip()}
    return render_to_string("components/empty.html", context)


@register.simple_tag
def visually_hidden(*words: object) -> SafeString:
    """Say what a link or button is about to those who hear it alone: ``: Ada, 3 March``."""
    about = ", ".join(str(each) for each in words)
    return format_html('<span class="govuk-visually-hidden">: {}</span>', about)


@register.simple_tag
def pill(words: str, tone: str = "") -> SafeString:
    """Show a state in a word or two. ``tone``: kept, look, act, or "" for a quiet one."""
    return format_html(
        '<span class="ab-pill{}">{}</span>', f" ab-pill--{tone}" if tone else "", words
    )


@register.simple_block_tag
def table(content: str, *columns: str, label: str = "", listing: Any = None) -> SafeString:
    """Show rows under ``columns``; one that begins with ``#`` holds numbers.

    Each cell but the first needs ``data-th``, its column: on a phone a row becomes a small card. A
    column that is empty in every row is left out. ``listing``: a list of the console, which has its
    columns itself, with heads that order its rows.
    """
    if listing is not None:
        columns = tuple(head.name for head in listing.heads)
    heads: list[Any] = []
    for place, column in enumerate(columns):
        name = column.removeprefix("#")
        cell = f'<td(?=[^>]*data-th="{re.escape(name)}")[^>]*>'
        with_nothing = re.findall(rf"{cell}\s*</td>", content)
        if with_nothing and len(with_nothing) == len(re.findall(cell, content)):
            content = re.sub(rf"{cell}\s*</td>", "", content)
        elif listing is not None:
            heads.append(listing.heads[place])
        else:
            heads.append({"name": name, "number": column.startswith("#")})
    # Cells were taken out, nothing was put in: what was safe stays safe.
    context = {
        "content": SafeString(content),
        "columns": heads,
        "label": label,
        "listing": listing,
    }
    return render_to_string("components/table.html", context)


@register.simple_block_tag
def summary(content: str) -> SafeString:
    """Hold the rows of a list of names and values."""
    return format_html('<dl class="govuk-summary-list ab-summary">{}</dl>', SafeString(content))


@register.simple_block_tag
def row(content: str, name: str) -> SafeString:
    """Show one name and its value, in a ``summary``."""
    return render_to_string("components/row.html", {"content": content, "name": name})


@register.simple_block_tag
def trail(content: str) -> SafeString:
    """Show the way back: links, and where we are, with › between them."""
    return render_to_string("components/trail.html", {"content": content})


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
    # A longer text says how long it may be, and with JavaScript how much is left.
    limit = getattr(field.field, "max_length", None) if kind == "textarea" else None
    if limit:
        css += " govuk-js-character-count"
        widget.attrs["aria-describedby"] = " ".join(
            [f"{field.auto_id}_helptext"] * bool(field.help_text)
            + [f"{field.auto_id}_error"] * bool(field.errors)
            + [f"{field.auto_id}-info"]
        )
    widget.attrs["class"] = f"{widget.attrs.get('class', '')} {css}".strip()
    described = [f"{field.auto_id}_helptext"] * bool(field.help_text) + [
        f"{field.auto_id}_error"
    ] * bool(field.errors)
    return {
        "field": field,
        "kind": kind,
        "widget": field.as_widget(),
        "limit": limit,
        "counter": _counter(limit) if limit else "",
        "described_by": " ".join(described),
    }


def _counter(limit: int) -> SafeString:
    """Return the attributes by which GOV.UK Frontend counts the characters of a text, and says how
    many are left in the words of the page."""
    sentences = {
        "characters-under-limit.one": gettext("You have %%{count} character left"),
        "characters-under-limit.other": gettext("You have %%{count} characters left"),
        "characters-at-limit": gettext("You have no characters left"),
        "characters-over-limit.one": gettext("You have %%{count} character too many"),
        "characters-over-limit.other": gettext("You have %%{count} characters too many"),
    }
    attributes = {"data-module": "govuk-character-count", "data-maxlength": limit}
    words = {f"data-i18n.{key}": text.replace("%%", "%") for key, text in sentences.items()}
    return flatatt(attributes | words)


@register.filter
def named(field: BoundField) -> str:
    """Name a field before what is wrong with it: ``Town or city:``, ``Why?``; a box to tick not, as
    its label is a sentence."""
    if isinstance(field.field, forms.BooleanField):
        return ""
    label = str(field.label)
    return label if label.endswith("?") else gettext("%(label)s:") % {"label": label}


@register.filter
def error_messages(field: BoundField) -> list[str]:
    """Return what is wrong with a field, for the summary above its form.

    A form's own words for what is missing name it already: "Enter your password." Anything else
    is put after the field's label, as "Enter a whole number." would not say which; where there is
    one field alone, there is nothing to tell apart.
    """
    if len(field.form.visible_fields()) == 1:
        return [str(error) for error in field.errors]
    missing = str(field.field.error_messages.get("required", ""))
    itself = missing != str(forms.Field.default_error_messages["required"])
    return [
        error if itself and error == missing else f"{named(field)} {error}".strip()
        for error in map(str, field.errors)
    ]


@register.inclusion_tag("components/bar.html")
def bar(parts: Iterable[Mapping[str, Any]], label: str) -> dict[str, Any]:
    """Show a bar in parts. A part: ``label``, ``number``, ``tone`` (very-high, high,
    medium, low, kept, rest).

    ``label`` says the whole in words for those who do not see it.
    """
    parts = list(parts)
    total = sum(part["number"] for part in parts) or 1
    drawn, start = [], 0.0
    for part in parts:
        width = 1000 * part["number"] / total
        drawn.append(
            {
                **part,
                "start": f"{start:.2f}",
                "width": f"{width:.2f}",
                "shown": f"{part['number']:,}",
            }
        )
        start += width
    return {"parts": drawn, "label": label}


@register.simple_tag
def key_dot(tone: str) -> SafeString:
    """Show the colour of a part of a picture beside what it means."""
    return format_html(
        '<svg class="ab-key__dot" viewBox="0 0 10 10" aria-hidden="true">'
        '<rect class="ab-fill--{}" width="10" height="10" rx="3" /></svg>',
        tone,
    )


_COLUMN_HEIGHT: Final = 110
_ABOVE_COLUMNS: Final = 22
"""Above the highest column, for its figure."""
_FIGURES: Final = 12
"""Columns that are wide enough for a figure above each."""


@register.inclusion_tag("components/columns.html")
def columns(rows: Iterable[Mapping[str, Any]], label: str) -> dict[str, Any]:
    """Show columns beside each other. A row: ``short`` (below its column), ``below`` (a second line
    there, or ""), ``number`` and ``parts``: pairs of a tone of :func:`bar` and a number, from the
    bottom up.

    ``label`` says the whole in words for those who do not see it.
    """
    rows = list(rows)
    highest = max((row["number"] for row in rows), default=0) or 1
    step = 100 / max(len(rows), 1)
    base = _ABOVE_COLUMNS + _COLUMN_HEIGHT
    parts: list[dict[str, str]] = []
    texts: list[dict[str, str]] = []
    for place, row in enumerate(rows):
        top, middle = float(base), f"{step * (place + 0.5):.2f}%"
        for tone, number in row["parts"]:
            # What is there at all is seen, beside a thousand too.
            height = max(_COLUMN_HEIGHT * number / highest, 2.0) if number else 0.0
            top -= height
            x = f"{step * (place + 0.14):.2f}%"
            place_of_part = {"x": x, "y": f"{top:.1f}", "height": f"{height:.1f}"}
            parts.append({"fill": f"ab-fill--{tone}", **place_of_part})
        if row["number"] and len(rows) <= _FIGURES:
            figure = f"{row['number']:,}"
            texts.append({"x": middle, "y": f"{top - 6:.1f}", "words": figure, "rank": ""})
        # On a phone there is room for every other one.
        rank = " ab-columns__second" if place % 2 and len(rows) > _FIGURES // 2 else ""
        texts += [
            {"x": middle, "y": str(base + 18), "words": row["short"], "rank": rank},
            {"x": middle, "y": str(base + 36), "words": row["below"], "rank": ""},
        ]
    return {
        "parts": parts,
        "texts": [text for text in texts if text["words"]],
        "label": label,
        "width": f"{step * 0.72:.2f}%",
        "base": base,
    }


_ADDRESS: Final = re.compile(
    r"(?P<web>https?://[^\s<>\"']+[\w/])"
    r"|(?P<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?P<bare>(?<![\w.@/-])(?:[a-z0-9-]+\.)+[a-z]{2,}(?:/[\w/.-]*\w)?(?![\w@]))"
)


@register.filter
def linkify(text: str | Iterable[str]) -> SafeString:
    """Turn the web and e-mail addresses of a plain text, or of sentences, into links, and leave
    every other sign as it is.

    Django's ``urlize`` drops the full stop after ``(equifax.com).`` and knows few endings.

    Raises:
        TypeError: the text is already HTML, as after ``join``: its signs would be escaped twice.
    """
    if isinstance(text, SafeString):
        raise TypeError("linked takes plain text: give it the sentences, not what join made.")
    text = text if isinstance(text, str) else " ".join(text)
    parts, end = [], 0
    for match in _ADDRESS.finditer(text):
        address = match[0]
        start = "mailto:" if match["mail"] else "https://" if match["bare"] else ""
        parts += [
            escape(text[end : match.start()]),
            format_html('<a class="govuk-link" href="{}">{}</a>', start + address, address),
        ]
        end = match.end()
    return SafeString("".join([*parts, escape(text[end:])]))


@register.filter(name="person")
def person_number(number: int) -> str:
    """Write the number of a person as people read it: ``4X7K9-M2Q3R-TD8HW``."""
    return person_code(number)


@register.filter
def when(moment: datetime | None, form: str = "") -> str:
    """Say a moment as people do, in the time zone of the page: ``today 09:41``, ``yesterday
    16:20``, ``14 Nov, 11:02``, ``3 March 2024``.

    ``form``: ``day`` (3 March 2024), ``time`` (09:41), ``full`` (3 March 2024, 09:41),
    ``second`` (3 March 2024, 09:41:07), ``due`` (Mon 14 Nov, 11:02).
    """
    if moment is None:
        return ""
    local, today = timezone.localtime(moment), timezone.localdate()
    clock = f"{local:%H:%M}"
    if form == "time":
        return clock
    if form == "due":
        return f"{format_skeleton('MMMEd', local, locale=_locale())}, {clock}"
    day = str(format_date(local.date(), "long", locale=_locale()))
    if form == "full":
        return f"{day}, {clock}"
    if form == "second":
        return f"{day}, {local:%H:%M:%S}"
    if form == "day":
        return day
    if local.date() == today:
        return gettext("today %(time)s") % {"time": clock}
    if local.date() == today - timedelta(days=1):
        return gettext("yesterday %(time)s") % {"time": clock}
    if local.date() > today - timedelta(days=300):
        return f"{format_skeleton('MMMd', local, locale=_locale())}, {clock}"
    return day


@register.simple_tag
def time_zone_note() -> str:
    """Say once on a page in which zone its times are: ``All times are London time.``"""
    zone = timezone.get_current_timezone()
    if not isinstance(zone, ZoneInfo) or zone.key == "UTC":
        return gettext("All times are UTC.")
    place = get_timezone_location(zone, locale=_locale(), return_city=True)
    return gettext("All times are %(place)s time.") % {"place": place}


@register.filter
def time_left(moment: datetime | None) -> str:
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


def _locale() -> str:
    language = get_language() or "en"
    return _LOCALES.get(language, language)
