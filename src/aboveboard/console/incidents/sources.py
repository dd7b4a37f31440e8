"""Adding a source of whom a loss affects: a whole system, the addresses of an e-mail, a supplier's
report; and the lines of a report that name nobody we know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from aboveboard.accounts.gate import actor_of, allow
from aboveboard.basics import clock
from aboveboard.basics.actor import Actor
from aboveboard.basics.bodies import takes_file
from aboveboard.basics.errors import AboveboardError, Invalid
from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.console.incidents.affected import affected_page
from aboveboard.console.incidents.exposed_form import CertaintyField, ExposedForm
from aboveboard.console.incidents.logins import moment_field
from aboveboard.console.incidents.page import LEADS, query_number
from aboveboard.incidents.limits import MAIL_BYTES, UPLOAD_BYTES
from aboveboard.incidents.sources import queries as sources
from aboveboard.incidents.sources.mails import ADDRESS_DATA, add_mail
from aboveboard.incidents.sources.recording import ExposedData
from aboveboard.incidents.sources.suppliers import ReportingSupplier, add_report
from aboveboard.incidents.sources.systems import add_system, datasets

_PROCESSOR: Final = {"yes": True, "no": False, "": None}


class SystemForm(ExposedForm):
    """Which system, as of when."""

    ERRORS_AT: ClassVar[str] = "system"

    system = forms.ChoiceField(
        label="What was lost?", error_messages={"required": "Choose a system."}
    )
    as_of = moment_field(
        "As it was when?", "Everybody whom you held then counts. If in doubt, take a later time."
    )
    certainty = CertaintyField()

    field_order = ("system", "as_of", "certainty", "exposed", "more", "protected")
    NEEDS_DATA: ClassVar[bool] = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["system"]
        if isinstance(field, forms.ChoiceField):
            named = [(each.key, each.name) for each in datasets()]
            field.choices = [("", "Choose a system"), *named]
        self.fields["exposed"].help_text = "Leave it open to take what is declared of the system."

    def send_to(self, number: int, *, by: Actor) -> None:
        """Add everybody who was held then."""
        given = self.cleaned_data
        add_system(
            number,
            given["system"],
            given["as_of"],
            categories=self.categories(),
            protected=given["protected"],
            certainty=given["certainty"],
            by=by,
            at=clock.now(),
        )


class MailForm(ExposedForm):
    """A message, as a file or pasted."""

    ERRORS_AT: ClassVar[str] = "pasted"

    file = forms.FileField(
        label="The message",
        required=False,
        help_text="Saved as .eml or as text.",
        error_messages={"empty": "The file is empty."},
    )
    pasted = forms.CharField(
        label="Or paste its lines To, Cc and Bcc",
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "autocomplete": "off"}),
        help_text="We keep whose addresses they are, not what you paste.",
    )
    certainty = CertaintyField()

    field_order = ("file", "pasted", "certainty", "exposed", "more", "protected")
    NEEDS_DATA: ClassVar[bool] = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["exposed"].label = "What else did it show of each of them?"
        self.fields["exposed"].help_text = "Their address counts by itself, and so does a name."

    def clean(self) -> None:
        """Ask for one of both."""
        super().clean()
        if not self.cleaned_data.get("file") and not self.cleaned_data.get("pasted", "").strip():
            self.add_error("pasted", "Choose the message, or paste its lines To, Cc and Bcc.")

    def send_to(self, number: int, *, by: Actor) -> None:
        """Add whose addresses it showed."""
        file: UploadedFile[Any] | None = self.cleaned_data.get("file")
        text = self.cleaned_data["pasted"]
        if file is not None:
            text = file.read().decode("utf-8-sig", "replace")
        more = [key for key in self.categories() if key != ADDRESS_DATA]
        add_mail(
            number,
            text,
            more=more,
            certainty=self.cleaned_data["certainty"],
            by=by,
            at=clock.now(),
        )


class SupplierForm(ExposedForm):
    """A supplier's report, and what they say was exposed."""

    ERRORS_AT: ClassVar[str] = "file"

    supplier = forms.CharField(
        label="Which supplier?", max_length=120, error_messages={"required": "Enter a name."}
    )
    processor = forms.ChoiceField(
        label="Do they process data on your behalf?",
        choices=[("yes", "Yes, they are our processor"), ("no", "No"), ("", "Not known")],
        required=False,
        widget=forms.RadioSelect,
    )
    file = forms.FileField(
        label="Their report",
        help_text=(
            "A table, a workbook or text with customer numbers, e-mail addresses or phone numbers."
        ),
        error_messages={"required": "Choose the report.", "empty": "The file is empty."},
    )
    certainty = CertaintyField()

    field_order = (
        "supplier", "processor", "file", "certainty", "exposed", "more", "protected"
    )  # fmt: skip

    def send_to(self, number: int, *, by: Actor) -> None:
        """Add whom it names."""
        given = self.cleaned_data
        file: UploadedFile[Any] = given["file"]
        exposed = ExposedData(
            tuple(self.categories()), tuple(given["protected"]), given["certainty"]
        )
        supplier = ReportingSupplier(given["supplier"], _PROCESSOR[given["processor"]])
        name = file.name or "report"
        stream = file.open("rb")
        add_report(number, stream, supplier, exposed, file_name=name, by=by, at=clock.now())


_FORMS: Final[Mapping[str, type[SystemForm | MailForm | SupplierForm]]] = {
    "system": SystemForm,
    "mail": MailForm,
    "supplier": SupplierForm,
}
_HEADINGS: Final = {
    "system": (
        "Add a whole system",
        "Everybody whom you held at that moment counts. People erased since are a number alone.",
    ),
    "mail": (
        "Add the addresses of an e-mail",
        "Everybody whose address stood in it was shown to all the others, and must be told.",
    ),
    "supplier": (
        "Add a supplier’s report",
        "We find whom it names in our records, and take what the supplier says was exposed.",
    ),
}


@allow(*LEADS)
@takes_file(UPLOAD_BYTES)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, number: int, way: str) -> HttpResponse:
    """Ask for a source; who is counted, and what is due, follow."""
    if way not in _FORMS:
        raise Http404
    page = affected_page(number)
    posted = request.method == "POST"
    form = _FORMS[way](request.POST if posted else None, request.FILES if posted else None)
    if posted and form.is_valid():
        try:
            _check_size(way, request)
            form.send_to(number, by=actor_of(request))
        except AboveboardError as error:
            form.add_error(form.ERRORS_AT, str(error))
        else:
            return HttpResponseRedirect(reverse("console:affected", args=[number]))
    heading, lede = _HEADINGS[way]
    return render(
        request,
        "console/incidents/affected_source.html",
        {"page": page, "form": form, "heading": heading, "lede": lede},
        status=422 if form.errors else 200,
    )


@allow(*LEADS)
@require_safe
def unknown_lines(request: HttpRequest, number: int, source_id: int) -> HttpResponse:
    """List the lines of a supplier's report that name nobody we know."""
    page, after = affected_page(number), query_number(request, "after")
    rows = [
        {"line": row.line, "why": ""}
        for row in sources.source_lines(number, source_id, "stranger", after=after)
    ]
    context = {
        "page": page,
        "rows": rows,
        "words": "name nobody we know",
        "older": f"?after={rows[-1]['line']}" if len(rows) == PAGE_SIZE else "",
    }
    return render(request, "console/incidents/lines.html", context)


def _check_size(way: str, request: HttpRequest) -> None:
    file = request.FILES.get("file")
    if way == "mail" and file is not None and (file.size or 0) > MAIL_BYTES:
        raise Invalid(found="a message of more than 32 MB", fix="Paste its lines To, Cc and Bcc.")
