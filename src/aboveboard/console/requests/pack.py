"""What the page of a request says of the copy of their data: whether it can be made now, how it is
handed over, and what staff fill in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms

from aboveboard.console.requests.words import pack_failure_in_words
from aboveboard.rights import limits
from aboveboard.rights.pack.assembling import system_name
from aboveboard.rights.pack.kept import PackWay, pack_offer
from aboveboard.rights.pack.preparing import (
    ANSWERED_BY_PACK,
    MentionsUndecided,
    can_answer_in_part,
    can_prepare,
    missing_systems,
)
from aboveboard.rights.pack.progress import PackPhase, progress_of
from aboveboard.rights.pack.stating import request_statement
from aboveboard.rights.requests.queries import RequestRecord

WAYS: Mapping[PackWay, str] = {
    PackWay.LINK: "They fetch it: signed in, or by a link and a code to their address",
    PackWay.COUNTER: "They come for it, with their identity card and a code",
    PackWay.PAPER: "By post, as a letter",
}


DOING: Mapping[PackPhase, str] = {
    PackPhase.LOOKING: "Looking for what may be about other people",
    PackPhase.REDACTING: "Blacking out what is about other people",
    PackPhase.WRITING: "Writing the files",
}


class MakePackForm(forms.Form):
    """How the copy is handed over, and what the person reads besides."""

    way = forms.ChoiceField(
        label="How do they get it?",
        widget=forms.RadioSelect,
        choices=[(way.value, words) for way, words in WAYS.items()],
        error_messages={"required": "Choose how they get it."},
    )
    passphrase = forms.CharField(
        label="A passphrase that you agreed with them",
        required=False,
        strip=False,
        max_length=200,
        help_text="Only if they asked for one. It is not kept, and five wrong ones end the copy.",
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    words = forms.CharField(
        label="Anything they should know",
        required=False,
        max_length=limits.WORDS,
        strip=True,
        help_text="They read this. Write it in their language, without jargon.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        # Ids of its own: the page has several forms.
        super().__init__(data, auto_id="make-%s", initial={"way": PackWay.LINK.value})


class OpenPackForm(forms.Form):
    """The code of somebody who stands here."""

    code = forms.CharField(
        label="Their code",
        strip=True,
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": "Enter their code."},
    )
    passphrase = forms.CharField(
        label="Their passphrase",
        required=False,
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, auto_id="open-%s")


def pack_panel(record: RequestRecord, *, at: datetime) -> dict[str, Any]:
    """Return what the page shows of the copy of a request: ``make`` and ``open`` are forms;
    ``part``: the systems that are missing where what there is can be given; ``is_made``: the worker
    is to make it, and ``doing`` what; ``failed``: why it did not."""
    offer, failed = pack_offer(record.id, at=at), record.state.order_failed
    progress = progress_of(record.id) if record.readable else None
    return {
        "title": "Their copy" if record.kind in ANSWERED_BY_PACK else "What they are told",
        "can": can_prepare(record),
        "offer": offer,
        "way": WAYS[offer.way] if offer else "",
        "letter": request_statement(record) is not None or bool(offer and offer.has_letter),
        "part": [system_name(each, "en") for each in missing_systems(record.state)]
        if can_answer_in_part(record)
        else [],
        "is_made": record.state.makes_pack,
        "doing": DOING[progress.phase] if progress else "",
        "progress": progress,
        "failed": pack_failure_in_words(failed.code) if failed else "",
        "undecided": failed is not None and failed.code == MentionsUndecided.code,
        "make": MakePackForm(),
        "open": OpenPackForm(),
    }
