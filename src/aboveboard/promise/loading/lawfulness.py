"""Would the promise be lawful? What a lawful basis, special data, a transfer
and a loss each ask for.

A rule that cannot be judged because the file lacks something else stays silent: the other problem
is reported, and the rule speaks once that is mended.
"""

from __future__ import annotations

from aboveboard.kinds.kind import FieldKind
from aboveboard.law import bases, categories, transfers
from aboveboard.promise.loading import third_parties
from aboveboard.promise.loading.lines import Item, Table, entries, list_scalars, scalar_text
from aboveboard.promise.loading.problems import Located, ProblemReport, quoted
from aboveboard.promise.model import (
    Contact,
    LawfulBasis,
    LossMeasure,
    Period,
    RestrictedUse,
    RetentionStart,
)


def check(root: Table, report: ProblemReport) -> None:
    """Report every purpose, recipient and loss promise that the law (or an honest
    promise) asks more of."""
    special = _special_fields(root)
    for key, purpose in entries(root, "purposes").items():
        if isinstance(purpose, Table):
            _check_basis(key, purpose, report)
            _check_consent(key, purpose, report)
            _check_special(key, purpose, special, report)
            _check_restricted(key, purpose, report)
            _check_retention(purpose, report)
            _check_delay(key, purpose, report)
            third_parties.check(key, purpose, report)
            _check_double_opt_in(key, purpose, root, report)
    _check_transfers(root, report)
    _check_losses(root, report)
    _check_automated(root, report)


def _check_basis(key: str, purpose: Table, report: ProblemReport) -> None:
    basis, place = scalar_text(purpose, "basis"), _place(purpose, "basis")
    if basis == LawfulBasis.LEGITIMATE_INTERESTS and not scalar_text(purpose, "balancing"):
        message = (
            f"The purpose {quoted(key)} rests on legitimate interests without saying why they "
            "outweigh the person's."
        )
        report.add(
            place,
            "no_balancing",
            message,
            "Add `balancing:` with what was weighed, and the outcome (GDPR Art. 6(1)(f)).",
        )
    if basis in (LawfulBasis.LEGAL_OBLIGATION, LawfulBasis.PUBLIC_TASK) and not scalar_text(
        purpose, "law"
    ):
        message = f"The purpose {quoted(key)} is said to be required by law, but not by which."
        report.add(place, "no_law", message, "Add `law:` with the citation (GDPR Art. 6(3)).")


def _check_consent(key: str, purpose: Table, report: ProblemReport) -> None:
    """Consent is to what was asked (GDPR Art. 4(11), 7): the question names exactly the
    fields that are used."""
    choice, basis = purpose.entries.get("choice"), scalar_text(purpose, "basis")
    if basis == LawfulBasis.CONSENT and choice is None:
        message = f"The purpose {quoted(key)} rests on consent, but nothing is asked."
        report.add(
            _place(purpose, "basis"),
            "no_question",
            message,
            "Add `choice:` with the question in `asks:` and its `fields:`.",
        )
    if choice is None or basis not in list(LawfulBasis):
        return
    if basis != LawfulBasis.CONSENT:
        message = f"The purpose {quoted(key)} asks for a choice, but does not rest on consent."
        report.add(
            _place(purpose, "choice"),
            "question_without_consent",
            message,
            "Remove `choice:`, or set `basis: consent`.",
        )
        return
    used, asked = list_scalars(purpose, "fields"), list_scalars(choice, "fields")
    # One of the lists is missing, which ``shape`` reports: to compare would only repeat it.
    if not used or not asked:
        return
    for field in asked:
        if field.text not in {other.text for other in used}:
            message = (
                f"Consent is asked for the field {quoted(field.text)}, which the purpose "
                f"{quoted(key)} does not list."
            )
            report.add(
                field,
                "consent_beyond_fields",
                message,
                "Add it to the purpose's `fields:`, or take it out of the question.",
            )
    for field in used:
        if field.text not in {other.text for other in asked}:
            message = (
                f"The purpose {quoted(key)} uses the field {quoted(field.text)}, which its "
                "question does not name."
            )
            report.add(
                field,
                "consent_not_asked",
                message,
                "Name it in `choice: fields:` (and in the question), or do not use it.",
            )


def _check_restricted(key: str, purpose: Table, report: ProblemReport) -> None:
    """What goes on against a restriction or an objection needs more than a wish
    (GDPR Art. 18(2), 21(3))."""
    basis, use = scalar_text(purpose, "basis"), scalar_text(purpose, "allowed_when_restricted")
    place = _place(purpose, "allowed_when_restricted")
    marketing = scalar_text(purpose, "direct_marketing") == "true"
    if use and marketing:
        message = (
            f"The purpose {quoted(key)} is direct marketing, which no exception of GDPR Art. 18(2) "
            "lets go on."
        )
        report.add(
            place, "marketing_when_restricted", message, "Remove `allowed_when_restricted:`."
        )
    elif use and basis == LawfulBasis.CONSENT:
        message = (
            f"The purpose {quoted(key)} rests on consent: when use is restricted, only a new yes "
            "lets it go on."
        )
        report.add(
            place,
            "consent_when_restricted",
            message,
            "Remove `allowed_when_restricted:` (GDPR Art. 18(2)).",
        )
    elif use == RestrictedUse.PUBLIC_INTEREST and not scalar_text(purpose, "law"):
        message = (
            f"The purpose {quoted(key)} goes on for an important public interest, without the law "
            "that says so."
        )
        report.add(
            place,
            "no_law_when_restricted",
            message,
            "Add `law:` with the citation (GDPR Art. 18(2)).",
        )
    if (
        marketing
        and basis in list(LawfulBasis)
        and basis not in (LawfulBasis.CONSENT, LawfulBasis.LEGITIMATE_INTERESTS)
    ):
        message = (
            f"The purpose {quoted(key)} is direct marketing, which rests on consent or legitimate "
            "interests."
        )
        report.add(
            _place(purpose, "basis"),
            "marketing_basis",
            message,
            "Set `basis: consent` (GDPR recital 47; ePrivacy Art. 13).",
        )


def _special_fields(root: Table) -> frozenset[str]:
    known = categories.all_categories()
    fields = entries(root, "fields").items()
    return frozenset(
        key
        for key, field in fields
        if (category := known.get(scalar_text(field, "category"))) and category.special
    )


def _check_special(
    key: str, purpose: Table, special: frozenset[str], report: ProblemReport
) -> None:
    article9 = purpose.entries.get("article9")
    for field in list_scalars(purpose, "fields"):
        if field.text in special and article9 is None:
            message = (
                f"The purpose {quoted(key)} uses {quoted(field.text)}, special-category data, "
                "without a condition of Article 9."
            )
            fix = (
                "Add `article9:` with a `condition:` (one of: "
                f"{', '.join(bases.special_conditions())}), or do not use the field."
            )
            report.add(field, "no_article9_condition", message, fix)
    if (
        scalar_text(article9, "condition") == "explicit_consent"
        and scalar_text(purpose, "basis") != LawfulBasis.CONSENT
    ):
        message = (
            f"The purpose {quoted(key)} claims explicit consent to special-category data, but asks "
            "for none."
        )
        report.add(
            _place(purpose, "article9"),
            "explicit_consent_not_asked",
            message,
            "Set `basis: consent`, or claim another condition.",
        )


def _check_retention(purpose: Table, report: ProblemReport) -> None:
    retention = purpose.entries.get("retention")
    keep, starts = scalar_text(retention, "keep"), scalar_text(retention, "starts")
    if keep and not _is_period(keep):
        report.add(
            _place(retention, "keep"),
            "wrong_value",
            f"{quoted(keep)} is a period of no length.",
            "Say how long, such as P6Y.",
        )
    if starts == RetentionStart.CHOICE and scalar_text(purpose, "basis") not in ("", *_WITH_CHOICE):
        message = "The retention starts with a choice, but the purpose leaves none."
        report.add(
            _place(retention, "starts"),
            "no_choice_to_start",
            message,
            "Use `starts: collection` or `starts: last_activity`.",
        )


def _check_delay(key: str, purpose: Table, report: ProblemReport) -> None:
    """A use may be kept from the person for a time only where a law says so (GDPR Art. 23)."""
    delay, basis = purpose.entries.get("delay"), scalar_text(purpose, "basis")
    if delay is None:
        return
    longest = scalar_text(delay, "longest")
    if longest and not _is_period(longest):
        report.add(
            _place(delay, "longest"),
            "wrong_value",
            f"{quoted(longest)} is a period of no length.",
            "Say after how long each use is shown, such as P6M.",
        )
    if basis in list(LawfulBasis) and basis not in _BY_LAW:
        report.add(
            _place(purpose, "delay"),
            "delay_without_law",
            f"Uses for {quoted(key)} are shown late, and the purpose does not rest on a law.",
            f"Remove `delay:`, or set `basis:` to one of: {', '.join(_BY_LAW)} (GDPR Art. 23).",
        )


def _check_double_opt_in(key: str, purpose: Table, root: Table, report: ProblemReport) -> None:
    """An address is confirmed for a yes to e-mail: the purpose asks for one, uses e-mail, and says
    by one field which address that is."""
    if scalar_text(purpose, "double_opt_in") != "true":
        return
    place, basis = _place(purpose, "double_opt_in"), scalar_text(purpose, "basis")
    if basis in list(LawfulBasis) and basis != LawfulBasis.CONSENT:
        report.add(
            place,
            "double_opt_in_without_consent",
            f"The purpose {quoted(key)} has addresses confirmed for a yes, and asks for none.",
            "Remove `double_opt_in:`, or set `basis: consent`.",
        )
    channels, known = entries(root, "channels"), entries(root, "fields")
    used = [channels.get(each.text) for each in list_scalars(purpose, "channels")]
    if Contact.EMAIL not in {scalar_text(channel, "contact") for channel in used}:
        report.add(
            place,
            "double_opt_in_without_email",
            f"The purpose {quoted(key)} has addresses confirmed, and reaches nobody by e-mail.",
            "Add a channel with `contact: email` to its `channels:`, or remove `double_opt_in:`.",
        )
    fields = [known.get(each.text) for each in list_scalars(purpose, "fields")]
    addresses = [each for each in fields if scalar_text(each, "kind") == FieldKind.EMAIL]
    if len(addresses) != 1:
        report.add(
            place,
            "double_opt_in_address",
            f"The purpose {quoted(key)} must use just one e-mail address, to have it confirmed.",
            "Name one field of `kind: email` in its `fields:`.",
        )


_BY_LAW = (LawfulBasis.LEGAL_OBLIGATION, LawfulBasis.PUBLIC_TASK)
_WITH_CHOICE = (LawfulBasis.CONSENT, LawfulBasis.LEGITIMATE_INTERESTS, LawfulBasis.PUBLIC_TASK)


def _check_transfers(root: Table, report: ProblemReport) -> None:
    home = scalar_text(root.entries.get("organisation"), "country")
    if not home:
        return
    # What a third country is depends on where the organisation is established (GDPR Art. 44):
    # the same recipient is abroad for one promise and at home for another.
    regime = transfers.regime_of(home)
    for key, recipient in entries(root, "recipients").items():
        country, transfer = scalar_text(recipient, "country"), entries(recipient).get("transfer")
        if not country or not regime.is_third_country(country):
            continue
        if transfer is None:
            message = (
                f"The recipient {quoted(key)} is in a third country under the {regime.law} "
                f"({country}), without a transfer ground."
            )
            fix = (
                f"Add `transfer:` with a `ground:` (one of: {', '.join(transfers.grounds())}) and "
                "a `note:`."
            )
            report.add(_place(recipient, "country"), "no_transfer_ground", message, fix)
        ground = scalar_text(transfer, "ground")
        if ground in transfers.grounds() and not transfers.ground_fits(ground, country, regime):
            message = (
                f"No decision under the {regime.law} covers part of {country}, so {quoted(ground)} "
                "cannot be claimed."
            )
            report.add(
                _place(transfer, "ground"), "ground_does_not_fit", message, "Claim another ground."
            )


def _check_losses(root: Table, report: ProblemReport) -> None:
    measures: set[str] = set()
    for key, loss in entries(root, "losses").items():
        measure = scalar_text(loss, "measure")
        measures.add(measure)
        if measure not in list(LossMeasure):
            continue
        wanted, other = (
            ("at_least", "within") if LossMeasure(measure).is_share else ("within", "at_least")
        )
        if wanted not in entries(loss):
            message = (
                f"The loss promise {quoted(key)} cannot be measured: it does not say how much or "
                "how soon."
            )
            report.add(loss, "not_measurable", message, f"Add `{wanted}:`.")
        elif wanted == "within" and not _is_period(scalar_text(loss, wanted)):
            report.add(
                _place(loss, wanted),
                "wrong_value",
                "This is a period of no length.",
                "Say how soon, such as PT72H.",
            )
        if other in entries(loss):
            message = f"`{other}` means nothing for {quoted(measure)}."
            report.add(
                _place(loss, other), "not_measurable", message, f"Remove it; use `{wanted}:`."
            )
    if measures and LossMeasure.PEOPLE_NOTIFIED not in measures:
        message = "The promise does not say how soon people are told when their data is lost."
        fix = "Add a loss promise with `measure: people_told` and `within: PT72H`."
        report.add(_place(root, "losses"), "no_loss_promise", message, fix)


def _check_automated(root: Table, report: ProblemReport) -> None:
    """What decides alone leaves a person the right to have somebody look (GDPR Art. 22(3))."""
    for key, tool in entries(root, "automated").items():
        if scalar_text(tool, "decides_alone") == "true" and "review" not in entries(tool):
            report.add(
                _place(tool, "decides_alone"),
                "no_human_review",
                f"The tool {quoted(key)} decides alone, and nobody can ask a person to look.",
                "Add `review:` with how to ask for that (GDPR Art. 22(3)).",
            )


def _is_period(text: str) -> bool:
    try:
        Period.parse(text)
    except ValueError:
        return False
    return True


def _place(item: Item | None, key: str) -> Located:
    """Return where the value of a key stands, or the table itself when it has no such key.
    Callers know it is a table."""
    value = entries(item).get(key)
    if value is not None:
        return value
    if item is None:
        raise ValueError(f"nothing can be pointed at for {key}")
    return item
