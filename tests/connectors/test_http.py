"""What an API by declaration promises beside the contract: what goes wrong there is told apart,
values never become syntax, and two people behind one address are never taken for one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.basics.personal import Personal
from aboveboard.connectors import registry
from aboveboard.connectors.contract import (
    Identifier,
    SystemAnswerUnreadable,
    SystemRefused,
    SystemUnavailable,
)
from aboveboard.connectors.declaration import DeclarationRefused
from aboveboard.connectors.http import listing, pages, placeholders
from aboveboard.connectors.http.connector import HttpConnector
from aboveboard.connectors.http.paths import JsonPath
from aboveboard.connectors.http.placeholders import PlaceholderText, PlaceholderValueRefused
from aboveboard.connectors.outgoing.addresses import OutgoingRules
from tests.connectors.apis.server import ApiServer, Fault
from tests.connectors.apis.speaking import Resolver, connector
from tests.connectors.contract import MARY, email
from tests.connectors.raw_server import RawServer, ok

FAULTS = {
    "401": ([Fault(401)], SystemRefused),
    "403": ([Fault(403)], SystemRefused),
    "409": ([Fault(409)], SystemRefused),
    "422": ([Fault(422)], SystemRefused),
    "500": ([Fault(500)], SystemUnavailable),
    "502 with a page": ([Fault(502, body=b"<html>")], SystemUnavailable),
    "429 for an hour": ([Fault(429, {"Retry-After": "3600"})], SystemUnavailable),
    "429 again and again": ([Fault(429)] * 4, SystemUnavailable),
    "no JSON": ([Fault(200, body=b"<html>mary</html>")], SystemAnswerUnreadable),
    "nothing": ([Fault(200, body=b"")], SystemAnswerUnreadable),
    "another shape": ([Fault(200, body=b'{"rows": []}')], SystemAnswerUnreadable),
    "items that are no list": ([Fault(200, body=b'{"data": "mary"}')], SystemAnswerUnreadable),
    "nested without end": ([Fault(200, body=b"[" * 200_000)], SystemAnswerUnreadable),
    "a record without a key": (
        [Fault(200, body=b'{"data": [{"email": "mary.smith@example.org"}], "has_more": false}')],
        SystemAnswerUnreadable,
    ),
    "cut off": ([Fault(200, body=b'{"data": []', cut=99)] * 4, SystemUnavailable),
}


@pytest.mark.parametrize("story", FAULTS)
def test_what_goes_wrong_is_told_apart_and_never_means_that_nothing_is_held(
    story: str, api_server: ApiServer
) -> None:
    api, (faults, error) = api_server.apis["stripe"], FAULTS[story]
    api.reset()
    api.faults = list(faults)
    with pytest.raises(error) as caught:
        list(connector("stripe", api_server, Resolver()).find([email(MARY)]))
    assert "mary" not in str(caught.value).lower()
    assert "secret" not in str(caught.value).replace("the secret is wrong", "")


def test_a_busy_api_is_waited_for_and_then_answers(api_server: ApiServer) -> None:
    api = api_server.apis["stripe"]
    api.reset()
    api.faults = [Fault(429, {"Retry-After": "1"}), Fault(503, {"Retry-After": "1"})]
    assert len(list(connector("stripe", api_server, Resolver()).find([email(MARY)]))) == 1


def test_a_token_that_has_ended_is_asked_for_again_once(api_server: ApiServer) -> None:
    api = api_server.apis["salesforce"]
    api.reset()
    made = connector("salesforce", api_server, Resolver())
    assert made.test().ok
    api.faults = [Fault(401)]
    assert len(list(made.find([email(MARY)]))) == 1
    assert sum("oauth2/token" in asked for asked in api.asked) == 2


def test_two_records_of_one_address_wait_for_somebody_to_decide(api_server: ApiServer) -> None:
    api = api_server.apis["hubspot"]
    api.reset()
    twin = json.loads(json.dumps(api.store["contacts"][0])) | {"id": "103"}
    api.store["contacts"].append(twin)
    made = connector("hubspot", api_server, Resolver())
    matches = list(made.find([email(MARY)]))
    assert [match.several for match in matches] == [True, True]
    with pytest.raises(SystemRefused):
        made.erase(matches[0])
    # Somebody found out which is hers: then its own number names her alone.
    hers = Identifier("hubspot_contact", Personal("101"))
    assert [(m.by, m.several) for m in made.find([email(MARY), hers])] == [
        (("email", "hubspot_contact"), False),
        (("email",), True),
    ]


def test_an_erasure_that_is_under_way_is_not_asked_for_twice(api_server: ApiServer) -> None:
    api = api_server.apis["amplitude"]
    api.reset()
    made = connector("amplitude", api_server, Resolver())
    (match,) = made.find([email(MARY)])
    first, second = made.erase(match), made.erase(match)
    assert not first.done
    assert first.changed == {"users": 1, "events": 1200}
    assert not second.done
    assert not second.changed
    assert len(api.store["jobs"]) == 1
    api.store["jobs"][0]["status"] = "done"
    api.store["users"] = api.store["users"][1:]
    assert made.erase(match).done


def test_what_stays_is_counted_with_its_ground(api_server: ApiServer) -> None:
    api_server.apis["stripe"].reset()
    made = connector("stripe", api_server, Resolver())
    (match,) = made.find([email(MARY)])
    change = made.erase(match)
    assert [(kept.collection, kept.records) for kept in change.retained] == [
        ("charges", 5),
        ("invoices", 3),
    ]
    assert "Stripe keeps records" in change.messages[0]


def test_what_one_system_tells_is_asked_of_the_next(api_server: ApiServer) -> None:
    api_server.apis["intercom"].reset()
    (match,) = connector("intercom", api_server, Resolver()).find([email(MARY)])
    learned = {each.kind: each.value.reveal() for each in match.learned}
    assert learned == {
        "intercom_contact": "i1",
        "customer_number": "C-77",
        "phone": "+447700900001",
    }


@pytest.mark.parametrize("name", listing.names())
def test_an_address_with_syntax_in_it_finds_nobody_else(name: str, api_server: ApiServer) -> None:
    api_server.apis[name].reset()
    made = connector(name, api_server, Resolver())
    for text in ("o'brien@example.org", "a'or'1'='1@example.org", "a\\@b.example", '"a"@b.example'):
        assert list(made.find([email(text)])) == []


@given(st.text(max_size=40))
def test_a_value_in_a_path_stays_one_segment(value: str) -> None:
    template = PlaceholderText.parse("/a/<name>/b")
    assert template is not None
    try:
        path = template.filled({"name": value}, placeholders.in_path)
    except (PlaceholderValueRefused, UnicodeEncodeError):
        return
    assert path.count("/") == 3
    assert not set(path) & set("?#\\ \r\n%2e") - set("%2e")
    assert "/../" not in path


@given(st.text(max_size=40), st.sampled_from(["soql", "odata", "quoted"]))
def test_a_quoted_value_cannot_end_its_string(value: str, writing: str) -> None:
    mark = '"' if writing == "quoted" else "'"
    template = PlaceholderText.parse(f"x = {mark}<v as {writing}>{mark}")
    assert template is not None
    try:
        text = template.filled({"v": value})
    except PlaceholderValueRefused:
        return
    inner = text[5:-1]
    plain = inner.replace("''", "") if writing == "odata" else _without_escapes(inner)
    assert mark not in plain


def _without_escapes(text: str) -> str:
    out, marks = "", iter(text)
    for mark in marks:
        if mark == "\\":
            next(marks)
        else:
            out += mark
    return out


def test_a_way_into_an_answer_goes_where_it_says() -> None:
    answer = {"a": {"b": [{"c": 1}, {"c": 2}]}, "@odata.nextLink": "x", "n": None}
    ways = {"a.b[*].c": [1, 2], "a.b[1].c": [2], '"@odata.nextLink"': ["x"], "n": [None], "z.q": []}
    for text, values in ways.items():
        path = JsonPath.parse(text)
        assert path is not None
        assert list(path.values(answer)) == values
    assert [JsonPath.parse(text) for text in ("", "a..b", "a[", "a[x]", ".a")] == [None] * 5


def test_the_next_page_is_read_from_a_link_header() -> None:
    header = '<https://a.example/?page=3>; rel="last", <https://a.example/?page=2>; rel="next"'
    assert pages.next_link(header) == "https://a.example/?page=2"
    assert pages.next_link("<x>; rel=prev") is None


OWN = """
system: own
name: Our own
kind: http
why: To test.
addresses: {private: [127.0.0.0/8]}
http:
  secrets: {token: "env:OWN_TOKEN"}
  plain_http: [api.test]
  api:
    secrets: {token: a token}
    base: http://api.test:PORT
    auth: AUTH
    collections:
      people:
        find:
          email: {path: /people, query: {q: <email>}, items: data, same: {email: email}, PAGES}
        key: {person: id}
        read: {path: /people/<person>}
"""


def own(
    server: RawServer,
    *,
    auth: str = "{kind: bearer, token: <token>}",
    paged: str = "may_miss: false",
) -> HttpConnector:
    """Return a connector of one's own declaration, read as a system's is."""
    text = OWN.replace("PORT", str(server.port)).replace("AUTH", auth).replace("PAGES", paged)
    settings = registry.read_declaration(text, name="own.yaml").settings
    rules = OutgoingRules((ip_network("127.0.0.0/8"),), plain_http=frozenset({"api.test"}))
    return HttpConnector(
        "own",
        settings.shape,
        settings.values,
        {"token": "secret-one"}.__getitem__,
        rules,
        resolver=lambda *_: ["127.0.0.1"],
        wait=lambda _: None,
        clock=lambda: 1_800_000_000.0,
    )


@pytest.fixture
def empty() -> Iterator[RawServer]:
    with RawServer(ok(b'{"data": []}')) as server:
        yield server


def test_each_kind_of_proof_is_sent_as_it_is_declared(empty: RawServer) -> None:
    kinds = {
        "{kind: none}": "",
        "{kind: header, headers: {X-Key: <token>}}": "X-Key: secret-one",
        "{kind: query, query: {key: <token>}}": "&key=secret-one HTTP/1.1",
        "{kind: basic, user: us, password: <token>}": "Basic dXM6c2VjcmV0LW9uZQ==",
        "{kind: bearer, token: <token>}": "Authorization: Bearer secret-one",
        "{kind: signed, secret: <token>, header: X-Sign, time_header: X-T}": "X-T: 1800000000",
    }
    for auth, sent in kinds.items():
        assert list(own(empty, auth=auth).find([email(MARY)])) == []
        assert sent in empty.asked[-1]
    assert "X-Sign: " in empty.asked[-1]


def test_a_refresh_token_is_given_for_an_access_token() -> None:
    token = ok(b'{"access_token": "given", "expires_in": 3600}')
    with RawServer(token, ok(b'{"data": []}')) as server:
        auth = (
            "{kind: refresh_token, client: us, refresh: <token>, in_form: true, "
            f"token_address: 'http://api.test:{server.port}/token'}}"
        )
        assert list(own(server, auth=auth).find([email(MARY)])) == []
    assert "POST /token" in server.asked[0]
    assert "Bearer given" in server.asked[1]


@pytest.mark.parametrize(
    ("paged", "answers"),
    [
        ("pages: {kind: cursor, into: c, at: next}", [b'{"data": [], "next": "a"}']),
        ("pages: {kind: link, at: next}", [b'{"data": [], "next": "/people?x=1"}']),
    ],
)
def test_pages_that_lead_back_to_themselves_are_an_error(paged: str, answers: list[bytes]) -> None:
    with RawServer(*map(ok, answers)) as server, pytest.raises(SystemAnswerUnreadable):
        list(own(server, paged=paged).find([email(MARY)]))


def test_a_next_page_at_another_host_is_not_followed() -> None:
    answer = ok(b'{"data": [], "next": "https://evil.example/people"}')
    with RawServer(answer) as server, pytest.raises(SystemRefused):
        list(own(server, paged="pages: {kind: link, at: next}").find([email(MARY)]))
    assert len(server.asked) == 1


WRONG = {
    "a secret in a path": ("path: /people/<person>", "path: /people/<token>", "unknown_name"),
    "a name that nothing gives": ("q: <email>", "q: <phone>", "unknown_name"),
    "a search that is believed": ("same: {email: email}, ", "", "wrong_value"),
    "a key that is unknown": (
        "key: {person: id}",
        "key: {person: id}\n        run: ls",
        "unknown_key",
    ),
    "a way that is none": ("items: data", "items: data..x", "wrong_value"),
    "a bracket of another language": ("q: <email>", "q: '<%= email %>'", "wrong_value"),
    "a secret in the file": ("env:OWN_TOKEN", "sk_live_0123456789abcdef", "secret_in_file"),
    "no such method": ("read: {path", "read: {method: TRACE, path", "wrong_value"),
    "no such kind of proof": ("AUTH", "{kind: kerberos}", "wrong_value"),
}


@pytest.mark.parametrize("story", WRONG)
def test_a_declaration_that_cannot_be_used_is_named_by_line(story: str) -> None:
    was, will, code = WRONG[story]
    text = OWN.replace("PAGES", "may_miss: false").replace(was, will)
    text = text.replace("AUTH", "{kind: bearer, token: <token>}").replace("PORT", "1")
    with pytest.raises(DeclarationRefused) as error:
        registry.read_declaration(text, name="own.yaml")
    assert code in {problem.code for problem in error.value.problems}
    assert all(problem.line > 1 for problem in error.value.problems)
    assert "sk_live" not in str(error.value)


def test_a_system_of_the_catalogue_is_declared_in_a_few_lines() -> None:
    text = (
        "system: pay\nname: Payments\nkind: http\nwhy: To be paid.\n"
        "http:\n  catalogue: stripe\n  secrets: {api_key: 'env:STRIPE_KEY'}\n"
    )
    declaration = registry.read_declaration(text, name="pay.yaml")
    assert {"customers", "charges"} <= declaration.collections.keys()
    assert declaration.collections["customers"].fields["email"].category == "user.contact.email"
    made = registry.build(declaration)
    assert made.key == "pay"
    with pytest.raises(SystemRefused, match="STRIPE_KEY"):
        list(made.find([email(MARY)]))


def test_the_reference_has_every_api_and_says_that_none_was_tried() -> None:
    page = (Path(__file__).parents[2] / "docs/reference/http-systems.md").read_text("utf-8")
    for name in listing.names():
        (row,) = [line for line in page.splitlines() if line.startswith(f"| `{name}` |")]
        assert row.endswith("| no | yes |")
        assert listing.catalogue_shape(name).references[0] in row
