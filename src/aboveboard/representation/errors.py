"""What goes wrong with authorities to act, and with reports that somebody died."""

from __future__ import annotations

from aboveboard.basics.errors import Conflict, Invalid, Refused


class RepresentationRefused(Invalid):
    """This authority to act cannot be recorded: {why}."""

    code = "representation_refused"
    next_step = "{fix}"


class SecondApproverNeeded(Refused):
    """Somebody else must approve what you recorded."""

    code = "second_approver_needed"
    next_step = "Ask a colleague to compare it with the paper."


class NotWaiting(Conflict):
    """This authority waits for nobody's approval any more."""

    code = "not_waiting"
    next_step = "Open the person's page: it says what became of it."


class EndedByCourtAlone(Refused):
    """A court appointed them, so it is not ended here."""

    code = "ended_by_court_alone"
    next_step = "Send us the court's decision."
