"""Does what an organisation says of where it stands fit together? What decides, in a loss, whom it
must tell."""

from __future__ import annotations

from aboveboard.law import organisation as declared
from aboveboard.promise.loading.lines import Table, entries, list_scalars, scalar_text
from aboveboard.promise.loading.problems import ProblemReport, quoted
from aboveboard.promise.period import Period


def check(root: Table, report: ProblemReport) -> None:
    """Report a region outside the country, establishments without it, a lead authority outside the
    EEA, a domicile outside the United States, and a notice by agreement that has no deadline."""
    _check_agreed(root, report)
    organisation = entries(root, "organisation")
    country, region = (
        scalar_text(organisation.get("country")),
        scalar_text(organisation.get("region")),
    )
    if country and declared.PLACE.fullmatch(region) and not region.startswith(f"{country}-"):
        report.add(
            organisation["region"],
            "region_elsewhere",
            f"{quoted(region)} is no part of {quoted(country)}, the organisation's country.",
            f"Write a part of {country}, or mend `country:`.",
        )
    establishments = organisation.get("establishments")
    places = {scalar.text.partition("-")[0] for scalar in list_scalars(establishments)}
    if establishments is not None and country and places and country not in places:
        report.add(
            establishments,
            "country_not_established",
            f"`establishments` does not list {quoted(country)}, the organisation's country.",
            "List every place where it is established, that one too.",
        )
    lead = scalar_text(organisation.get("lead_authority"))
    if declared.PLACE.fullmatch(lead) and not declared.in_eea(lead):
        report.add(
            organisation["lead_authority"],
            "lead_outside_eea",
            f"Only an authority in the European Economic Area leads; {quoted(lead)} is outside.",
            "Write a country of the EEA, such as IE, or a German state, such as DE-BY.",
        )
    domicile = scalar_text(organisation.get("domicile"))
    if declared.PLACE.fullmatch(domicile) and not domicile.startswith("US-"):
        report.add(
            organisation["domicile"],
            "domicile_elsewhere",
            "`domicile` is for insurers in the United States.",
            "Write the state, such as US-OH, or remove the line.",
        )


def _check_agreed(root: Table, report: ProblemReport) -> None:
    for notice in entries(root, "notify").values():
        within = entries(notice).get("within")
        try:
            period = Period.parse(scalar_text(within))
        except ValueError:
            period = None
        # What is no period at all is for ``shape`` to report; here, one of no length, or a mix.
        if within is not None and (period is None or not period.is_one_unit):
            report.add(
                within,
                "wrong_value",
                f"{quoted(scalar_text(within))} cannot be counted as a deadline.",
                "Say it in hours, in days or in months alone, such as PT24H or P3D.",
            )
        elif within and period and not period.days and scalar_text(notice, "days") == "working":
            report.add(
                within,
                "wrong_value",
                f"{quoted(scalar_text(within))} has no days, and `days: working` counts them.",
                "Say it in days, such as P5D, or remove the line `days: working`.",
            )
