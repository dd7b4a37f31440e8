"""The circumstances of an incident: what somebody answered, what the promise in force declares, and
what is taken until somebody says."""

from __future__ import annotations

from collections.abc import Mapping

from aboveboard.incidents.assessment.circumstances import Circumstances, resolve, revealed
from aboveboard.incidents.models import Incident
from aboveboard.law.organisation import ROLES
from aboveboard.promise.model import Organisation
from aboveboard.promise.queries import NoPromise, in_force


def circumstances_of(incident: Incident) -> Circumstances:
    """Return every question about an incident answered."""
    return resolve(
        incident.kind,
        incident.circumstances,
        declared=declared_now(),
        groups=incident.groups,
    )


def declared_now() -> Mapping[str, str]:
    """Return the answers that the promise in force gives for every incident: key to answer."""
    try:
        return declared(in_force().promise.organisation)
    except NoPromise:
        return {}


def declared(organisation: Organisation) -> Mapping[str, str]:
    """Return the answers that an organisation declares: what its list of customers reveals, the
    worst of what it names; and that it holds data in both roles, where it does."""
    answer = revealed(organisation.customers_reveal)
    several = len({ROLES[role] for role in organisation.roles}) > 1
    return {**({"reveals": answer} if answer else {}), **({"role": "both"} if several else {})}
