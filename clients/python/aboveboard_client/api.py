"""The operations of the API of Aboveboard 0.1.0.

Generated from the description of the API by scripts/clients.py. Do not edit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from aboveboard_client.shapes import (
    BatchIn,
    BatchOut,
    ChoiceIn,
    ChoiceOut,
    CodeIn,
    ContextIn,
    ContextOut,
    DecisionBatchOut,
    DecisionOut,
    DisclosureListOut,
    DisclosureRowsOut,
    FindUsageOut,
    HeartbeatOut,
    NewRequestIn,
    PasswordCheckIn,
    PasswordCheckOut,
    PasswordPolicyOut,
    PasswordRangeOut,
    PromiseOut,
    RequestListOut,
    RequestOut,
    RequestReceiptOut,
    ResendIn,
    UsagePeriodOut,
    UseIn,
    UseOut,
)
from aboveboard_client.transport import Transport


class Aboveboard(Transport):
    """Every operation of the API."""

    def post_use(
        self,
        body: UseIn,
        *,
        idempotency_key: str | None = None,
    ) -> UseOut:
        """Use a person's data for a purpose. Decide, write the ledger entry, then open the fields;
        or refuse with every reason (403, `use_refused`).
        """
        answer: UseOut = self.send("POST", "/api/v1/uses", body, idempotency_key=idempotency_key)
        return answer

    def post_batch(
        self,
        body: BatchIn,
        *,
        idempotency_key: str | None = None,
    ) -> BatchOut:
        """Use the data of up to 500 people. Decide for each, write all ledger entries, then open
        what was granted. Each person has their own outcome, in order.
        """
        answer: BatchOut = self.send(
            "POST", "/api/v1/uses/batch", body, idempotency_key=idempotency_key
        )
        return answer

    def post_stream(
        self,
        lines: Iterable[Mapping[str, Any]],
        *,
        idempotency_key: str | None = None,
    ) -> Iterator[dict[str, Any]]:
        """Use the data of any number of people. Take lines of JSON: first what is asked, then a
        person each. Answer lines of JSON, each with the number of its line.
        """
        return self.stream("/api/v1/uses/stream", lines, idempotency_key=idempotency_key)

    def post_decision(
        self,
        body: UseIn,
        *,
        idempotency_key: str | None = None,
    ) -> DecisionOut:
        """Decide about a use, and open nothing. Say whether a use would be allowed now, with every
        reason where it would not (200 both). Whoever the use may not show counts as not there,
        as for the use itself. Written down, so that the person sees that it was asked.
        """
        answer: DecisionOut = self.send(
            "POST", "/api/v1/decisions", body, idempotency_key=idempotency_key
        )
        return answer

    def post_decision_batch(
        self,
        body: BatchIn,
        *,
        idempotency_key: str | None = None,
    ) -> DecisionBatchOut:
        """Decide about up to 500 people. Decide about each, and open nothing. Each person has
        their own decision, in order.
        """
        answer: DecisionBatchOut = self.send(
            "POST", "/api/v1/decisions/batch", body, idempotency_key=idempotency_key
        )
        return answer

    def post_decision_stream(
        self,
        lines: Iterable[Mapping[str, Any]],
        *,
        idempotency_key: str | None = None,
    ) -> Iterator[dict[str, Any]]:
        """Decide about any number of people. Take lines of JSON as the stream of uses does, and
        answer a decision for each.
        """
        return self.stream("/api/v1/decisions/stream", lines, idempotency_key=idempotency_key)

    def post_context(
        self,
        body: ContextIn,
        *,
        idempotency_key: str | None = None,
    ) -> ContextOut:
        """The card of somebody who is served. Use what this moment's purpose allows of a person's
        data, and say in which language, on which channels and for what they may be contacted,
        and what they said: the same on every channel.
        """
        answer: ContextOut = self.send(
            "POST", "/api/v1/context", body, idempotency_key=idempotency_key
        )
        return answer

    def post_choice(
        self,
        body: ChoiceIn,
        *,
        idempotency_key: str | None = None,
    ) -> ChoiceOut:
        """Record a person's choice. Record a yes or no about a purpose that leaves the person a
        choice; once, if it comes again under the same key. A yes needs `choose:` in the scope,
        a no is taken from every client. A yes after the person's own no `waits`: it counts once
        they, or a member of staff, say so too.
        """
        answer: ChoiceOut = self.send(
            "POST", "/api/v1/choices", body, idempotency_key=idempotency_key
        )
        return answer

    def get_promise(
        self,
    ) -> PromiseOut:
        """The promise in force. Return the purposes, so that a client can know what it may ask
        for.
        """
        answer: PromiseOut = self.send("GET", "/api/v1/promise")
        return answer

    def get_usage(
        self,
        *,
        userCode: int | None = None,
        periodStart: int | None = None,
        periodEnd: int | None = None,
        offset: int | None = None,
        limit: int | None = None,
        proofs: int | None = None,
    ) -> FindUsageOut:
        """Find the uses of a person's data. Return who used somebody's data, for a portal that
        shows them the lists of several organisations. That it was asked is written down about
        them. Somebody who is not held has an empty list. Uses that a law forbids to tell now
        are left out or say only that they are.
        """
        answer: FindUsageOut = self.send(
            "GET",
            "/api/v1/usage/v2/findUsage",
            query={
                "userCode": userCode,
                "periodStart": periodStart,
                "periodEnd": periodEnd,
                "offset": offset,
                "limit": limit,
                "proofs": proofs,
            },
        )
        return answer

    def get_usage_period(
        self,
    ) -> UsagePeriodOut:
        """From when on uses are kept. Return the moment of the first entry of the ledger."""
        answer: UsagePeriodOut = self.send("GET", "/api/v1/usage/v2/usagePeriod")
        return answer

    def get_heartbeat(
        self,
    ) -> HeartbeatOut:
        """Whether uses can be asked for now. Return OK once the ledger has an entry."""
        answer: HeartbeatOut = self.send("GET", "/api/v1/usage/v2/heartbeat")
        return answer

    def get_disclosures(
        self,
        *,
        before: int | None = None,
    ) -> DisclosureListOut:
        """List what this recipient was given. Return a page of the parcels that left for the
        recipient whose client asks (`recipient:NAME` in its scope), the newest first. What
        others were given is not shown.
        """
        answer: DisclosureListOut = self.send(
            "GET", "/api/v1/disclosures", query={"before": before}
        )
        return answer

    def get_disclosure_rows(
        self,
        parcel_id: int,
        *,
        after: int | None = None,
    ) -> DisclosureRowsOut:
        """List the rows of a parcel. Return a page of the rows of one parcel of the recipient's
        own. Who was asked for and is not in it is not told. Another's parcel is not there.
        """
        answer: DisclosureRowsOut = self.send(
            "GET", f"/api/v1/disclosures/{parcel_id}/rows", query={"after": after}
        )
        return answer

    def get_password_policy(
        self,
    ) -> PasswordPolicyOut:
        """The password policy. Return what may be a password, at every door of the organisation."""
        answer: PasswordPolicyOut = self.send("GET", "/api/v1/passwords/policy")
        return answer

    def get_password_range(
        self,
        prefix: int,
    ) -> PasswordRangeOut:
        """Leaked passwords by prefix. Return the leaked passwords whose SHA-1 begins with five
        hexadecimal digits, padded. 404 (`no_breached_list`): there is no list here.
        """
        answer: PasswordRangeOut = self.send("GET", f"/api/v1/passwords/range/{prefix}")
        return answer

    def post_password_check(
        self,
        body: PasswordCheckIn,
        *,
        idempotency_key: str | None = None,
    ) -> PasswordCheckOut:
        """Check a password without sending it. Say what is wrong with a password by what may be
        told of it, in words for the person, and give the leaked ones that it must be held
        against.
        """
        answer: PasswordCheckOut = self.send(
            "POST", "/api/v1/passwords/check", body, idempotency_key=idempotency_key
        )
        return answer

    def post_request(
        self,
        body: NewRequestIn,
        *,
        idempotency_key: str | None = None,
    ) -> RequestReceiptOut:
        """Bring a request of a person. Write down what a person asks for about their data; once,
        if it comes again under the same key. Its kind must be in the scope (`request:`). It
        begins unproved, and nothing is disclosed or erased, unless `proof` is in the scope too
        (`proves:`) and is enough for what is asked. The answer is the same whether the person
        is held or not.
        """
        answer: RequestReceiptOut = self.send(
            "POST", "/api/v1/requests", body, idempotency_key=idempotency_key
        )
        return answer

    def get_requests(
        self,
        *,
        before: int | None = None,
    ) -> RequestListOut:
        """List the requests that this client brought. Return a page of them, the newest first.
        Those that others brought are not shown.
        """
        answer: RequestListOut = self.send("GET", "/api/v1/requests", query={"before": before})
        return answer

    def get_request(
        self,
        request_id: int,
    ) -> RequestOut:
        """Follow a request. Return how far a request is that this client brought, by when it is to
        be answered, and what is still to be proved. What is held of the person, or that nothing
        is, only they are told.
        """
        answer: RequestOut = self.send("GET", f"/api/v1/requests/{request_id}")
        return answer

    def post_code(
        self,
        request_id: int,
        body: ResendIn,
        *,
        idempotency_key: str | None = None,
    ) -> RequestOut:
        """Send the person another code. Send a code to the e-mail address that the request was
        asked with. Those before it prove nothing any more.
        """
        answer: RequestOut = self.send(
            "POST", f"/api/v1/requests/{request_id}/code", body, idempotency_key=idempotency_key
        )
        return answer

    def post_proof(
        self,
        request_id: int,
        body: CodeIn,
        *,
        idempotency_key: str | None = None,
    ) -> RequestOut:
        """Hand in the code that the person was sent. Let the person prove the e-mail address by
        the code; 403 `code_refused` where it is wrong, was used, or its time or its three tries
        are over.
        """
        answer: RequestOut = self.send(
            "POST", f"/api/v1/requests/{request_id}/proof", body, idempotency_key=idempotency_key
        )
        return answer
