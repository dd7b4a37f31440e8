"""Which routes give a page, and to whom: what must have a photograph."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve

from aboveboard.accounts import gate
from aboveboard.basics.actor import Role

STAFF = tuple(role.value for role in Role if role is not Role.CUSTOMER)
NO_PAGE = {
    "healthz": "JSON",
    "language": "leads back to the page",
    "metrics": "text for a monitor, with a token",
    "portal:receipt_json": "a file",
    "portal:own_list": "a file",
    "portal:proof_file": "a file",
    "portal:document": "a file; where it is refused, a page of the restricted customer's",
    "centre:facts": "JSON",
    "centre:register_csv": "a file",
    "centre:register_json_ld": "a file",
    "centre:notice_json": "a file",
    "centre:algorithms_json": "a file",
    "centre:sharing_csv": "a file",
    "centre:notice_pdf": "a file",
    "centre:notice_json_now": "a file",
    "centre:notice_pdf_now": "a file",
    "centre:notice_fragment": "a piece of a page",
    "centre:notice_line": "a piece of a page",
    "centre:offline": "a file",
    "centre:log": "files",
    "banner:loader": "a file of the panel",
    "banner:panel": "a file of the panel",
    "banner:sheet": "a file of the panel",
    "banner:words": "JSON",
    "banner:gpc": "JSON",
    "banner:choices": "takes JSON",
    "banner:mine": "leads to the page of one's own",
    "console:authority_report_json": "a file",
    "console:incident_veris_json": "a file",
    "console:register_csv": "a file",
    "console:check_draft": "a piece of the draft's page",
    "console:change_draft": "leads back to the draft",
    "console:fetch_document": "a file",
    "console:take_concern": "leads back to the concern",
    "console:hand_over_concern": "leads back to the concern",
    "console:unknown_lines": "of a report that names somebody we do not know: tests/console",
    "console:withdraw_affected": "leads back to who is affected",
    "console:take_back_state": "leads back to the incident",
    "console:approve_decision": "leads back to the decisions",
    "console:change_task": "leads back to what there is to do",
    "console:take_back_duty": "leads back to the duty",
    "console:notify_after_all": "leads back to the duty",
    "console:scan_duplicates": "leads back to the possible duplicates",
    "console:tell_apart": "leads back to the group",
    "console:change_batch": "leads back to the notices",
    "console:request_changes": "leads back to the notices",
    "console:answer_changes": "leads back to the notices",
    "console:withdraw_changes": "leads back to the notices",
    "portal:request_code": "leads back to the request",
    "portal:request_document": "leads back to the request",
    "portal:withdraw_request": "leads back to the request",
    "portal:fetch_pack": "a file",
    "portal:pack_code": "leads to the request",
    "portal:statement": "a file; where there is none, not there",
    "centre:pack": "of a link that a letter has: tests/rights",
    "console:make_pack": "leads back to the request",
    "console:pack_code": "leads to the request",
    "console:open_pack": "a file",
    "console:pack_letter": "a file",
    "console:test_system": "leads back to the system",
    "console:scan_systems": "leads back to what was found",
    "console:read_request": "leads to the request",
    "console:request_counter_code": "leads to the request",
    "console:change_request": "leads back to the request",
    "console:request_document": "leads back to the request",
    "console:fetch_request_document": "a file",
    "console:retry_request_step": "leads back to the request",
    "console:request_evidence": "a file",
    "console:counter_document": "leads to what was recorded",
    "portal:choose": "leads back to the choices",
    "portal:act_for": "leads to the first page",
    "portal:stop_acting": "leads to the first page",
    "portal:end_acting": "leads back to who acts",
    "console:end_acting": "leads back to the person",
    "console:take_back_death": "leads back to the person",
    "mfa_index": "leads to the account page",
    "accounts_end_sessions": "leads back to the account page",
    "mfa_download_recovery_codes": "a file",
    "mfa_login_webauthn": "JSON, asked by a script",
    # A passkey belongs to a name, and the demonstration has an address: tests/accounts has them.
    "mfa_edit_webauthn": "of a passkey",
    "mfa_remove_webauthn": "of a passkey",
    "mfa_reauthenticate_webauthn": "of a passkey",
    "centre:front": "leads to the trust centre",
    "oauth_metadata": "JSON",
    "oauth_token": "JSON",
    "oauth_revoke": "JSON",
    "openapi": "JSON",
}
"""Routes that give no page when all is well, and why."""

NOT_THEIRS = {
    "console:emergency": STAFF[1:],
    "console:emergency_record": STAFF[1:],
    "console:approve": ("incident-lead",),
}
"""Who is let in by the gate and has no page all the same: the promise gives emergencies to advisers
alone, and whoever prepared notices may not approve them."""


def route(address: str) -> str:
    """Return the name of the route that answers an address; the address itself if none does."""
    try:
        return resolve(address.partition("?")[0]).view_name or address
    except Resolver404:
        return address


def wanted() -> Iterator[tuple[str, str]]:
    """Yield each route that gives a page, with everyone who may see it."""
    for name, pattern in _named(get_resolver().url_patterns):
        declared = gate.gate_of(pattern.callback, name=name, path=f"/{pattern.pattern}")
        if name in NO_PAGE or declared is None or declared.kind is gate.GateKind.SERVICE:
            continue
        # Signing in is the same for all staff: one of them is enough.
        signing_in = name.startswith(("account", "mfa_"))
        for who in ("",) if signing_in else _who(declared):
            if who not in NOT_THEIRS.get(name, ()):
                yield name, who


def is_open(address: str) -> bool:
    """Whether anybody may see the page at an address: one photograph of it is enough."""
    try:
        found = resolve(address.partition("?")[0])
    except Resolver404:
        return True
    declared = gate.gate_of(found.func, name=found.view_name, path=address)
    return declared is not None and declared.kind is gate.GateKind.PUBLIC


def _who(declared: gate.Gate) -> tuple[str, ...]:
    if declared.kind is gate.GateKind.CUSTOMER:
        return ("customer",)
    if declared.kind is gate.GateKind.STAFF:
        return tuple(role.value for role in declared.roles) or STAFF
    return ("",)  # whoever it is


def _named(
    patterns: list[URLPattern | URLResolver], space: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    for each in patterns:
        if isinstance(each, URLResolver):
            inner = f"{space}{each.namespace}:" if each.namespace else space
            yield from _named(each.url_patterns, inner)
        elif each.name:
            yield f"{space}{each.name}", each
