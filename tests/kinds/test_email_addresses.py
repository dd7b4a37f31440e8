"""One rule for an address: what finds a person, is what is written to, and is one mailbox."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.kinds import email_addresses, normalise, values
from aboveboard.kinds.kind import KindMismatch

SPELLINGS = [
    ("as it is", "ada.moss@example.org", "ada.moss@example.org"),
    ("capitals", "Ada.Moss@EXAMPLE.Org", "ada.moss@example.org"),
    ("the dot that ends a domain", "ada.moss@example.org.", "ada.moss@example.org"),
    ("white space", "\t ada.moss@example.org\u00a0\r\n", "ada.moss@example.org"),
    ("a mark that does not show", "\u200bada.moss@example.org\ufeff", "ada.moss@example.org"),
    ("a direction mark", "\u202aada.moss@example.org\u202c", "ada.moss@example.org"),
    ("mailto", "mailto:ada.moss@example.org", "ada.moss@example.org"),
    ("mailto with a subject", "mailto:ada@example.org?subject=Hi", "ada@example.org"),
    ("an address of a directory", "SMTP:ada.moss@example.org", "ada.moss@example.org"),
    ("angle brackets", "<ada.moss@example.org>", "ada.moss@example.org"),
    ("a name", "Ada Moss <ada.moss@example.org>", "ada.moss@example.org"),
    ("a name that is an address", '"x@y.org" <ada@example.org>', "ada@example.org"),
    ("quotation marks", "'ada.moss@example.org'", "ada.moss@example.org"),
    ("all of it", " ‘<MAILTO:Ada.Moss@example.org.>’; ", "ada.moss@example.org"),
    ("an apostrophe of its own", "o'hara+shop@mail.example.org", "o'hara+shop@mail.example.org"),
    ("a sharp s", "ida@straße.example", "ida@xn--strae-oqa.example"),
    ("a capital sharp s", "ida@STRAẞE.example", "ida@xn--strae-oqa.example"),
    ("two s", "ida@STRASSE.example", "ida@strasse.example"),
    ("a final sigma", "ida@νίκος.gr", "ida@xn--kxawhkp.gr"),
    ("no final sigma", "ida@νίκοσ.gr", "ida@xn--kxawhku.gr"),
    (
        "a joiner of the Arabic script",
        "ida@نامه\u200cای.com",
        "ida@xn--mgba3gch31f060k.com",
    ),
    (
        "a joiner of an Indic script",
        "ida@क्\u200dष.example",
        "ida@xn--11b2ezcw70k.example",
    ),
    ("a domain in full width", "ida@ｅｘａｍｐｌｅ.org", "ida@example.org"),
    ("an ideographic dot", "ida@例え。テスト", "ida@xn--r8jz45g.xn--zckzah"),
    ("an A-label", "ida@XN--strae-oqa.example", "ida@xn--strae-oqa.example"),
    ("an accent of its own", "jo\u0308rg@example.org", "j\u00f6rg@example.org"),
    ("letters beyond ASCII", "Jörg@example.org", "jörg@example.org"),
    ("capitals beyond ASCII stay", "JÖRG@example.org", "jÖrg@example.org"),
]

REFUSED = [
    "",
    "a",
    "@x.example",
    "a@",
    "ben@b",
    "ben@localhost",
    "a@@x.example",
    "a@x..example",
    "a@x.example..",
    "a@-x.example",
    "a@x_y.example",
    "a.@x.example",
    "a..b@x.example",
    "a b@x.example",
    "a,b@x.example",
    '"a b"@x.example',
    "a@[127.0.0.1]",
    "a@127.0.0.1",
    "a@x.example, spy@x.example",
    "a@x.example\r\nBcc: spy@x.example",
    "a@x.example\nRCPT TO:<spy@x.example",
    "a@x.example>\r\nRCPT TO:<spy@x.example",
    "<a@x.example> <spy@x.example>",
    "a\x00@x.example",
    "a@x.example\x00",
    "ä\r\n@x.example",
    "ä\u2028@x.example",
    "ä\ud800@x.example",
    "a@\ud800.example",
    "a@☃.example",
    "a@xn--zz.example",
    "a@a\u200db.example",
    "jon\u200b@example.org",
    "jon\u200d@example.org",
    "xſs@corp.example",
    "\u212aim@corp.example",
    "ｊｏｎ@example.org",
    "ﬁona@example.org",
    "a@ΝΊΚΟΣ.gr",
    "a" * 65 + "@x.example",
    "ä" * 33 + "@x.example",
    "a@x" + ".example" * 40,
]

TYPED = st.one_of(
    st.text(max_size=40),
    st.sampled_from([text for _, text, _ in SPELLINGS] + REFUSED),
    st.builds(
        "{}@{}".format,
        st.text("aAsSſKk\u212aİıßẞςσΣöÖo\u0308ｊ.\u200d\u200b+'", min_size=1, max_size=8),
        st.sampled_from(["corp.example", "straße.example", "STRASSE.example", "ｃｏｒｐ.example"]),
    ),
)


@pytest.mark.parametrize(
    ("typed", "normal"),
    [story[1:] for story in SPELLINGS],
    ids=[story[0] for story in SPELLINGS],
)
def test_one_form_however_it_was_written(typed: str, normal: str) -> None:
    assert email_addresses.read(typed) == normal
    assert email_addresses.read(normal) == normal
    assert values.read("email", typed) == normal, "what is sealed is what is written to"
    assert normalise.normal_forms("email", typed) == [normal], "what is filed is what is written to"


@pytest.mark.parametrize("typed", REFUSED)
def test_what_is_not_one_mailbox_is_refused_and_not_repeated(typed: str) -> None:
    with pytest.raises(KindMismatch) as misfit:
        email_addresses.read(typed)
    assert misfit.value.code == "not_email"
    assert len(typed) < 3 or typed not in misfit.value.expected


@pytest.mark.parametrize(
    ("typed", "because"),
    [
        ("ben@b", "whole domain"),
        ("xſs@corp.example", "another one in disguise"),
        ("a@ΝΊΚΟΣ.gr", "capital sigma"),
        ("a" * 65 + "@x.example", "64 bytes"),
        ("a@☃.example", "domain name"),
        ("ä b@x.example", "without spaces"),
    ],
)
def test_a_refusal_says_what_was_expected(typed: str, because: str) -> None:
    with pytest.raises(KindMismatch, match=because):
        email_addresses.read(typed)


@given(TYPED)
def test_a_normal_form_is_one_address_that_stays_what_it_is(typed: str) -> None:
    try:
        normal = email_addresses.read(typed)
    except KindMismatch:
        return
    local, _, domain = normal.rpartition("@")
    assert email_addresses.read(normal) == normal
    assert domain.isascii()
    assert "." in domain
    assert not set('<>\r\n\x00 ,;:"()[]\\') & set(normal)
    assert len(local.encode()) <= 64


@given(TYPED)
def test_letters_before_the_at_are_those_that_were_typed_up_to_ascii_case(typed: str) -> None:
    """No letter turns into another one on the way to the mail server (CVE-2019-19844)."""
    try:
        normal = email_addresses.read(typed)
    except KindMismatch:
        return
    local = normal.rpartition("@")[0]
    small = "".join(mark.lower() if mark.isascii() else mark for mark in typed)
    assert local in unicodedata.normalize("NFC", small)


@given(TYPED)
def test_whoever_is_found_is_written_to_where_they_were_found_or_not_at_all(typed: str) -> None:
    """What finds somebody by the rule of today is their address; what finds by an earlier rule
    alone is never an address that was typed."""
    forms = normalise.normal_forms("email", typed)
    searched_forms = normalise.search_forms("email", typed)
    assert searched_forms[: len(forms)] == forms
    assert len(searched_forms) <= len(forms) + 1
    try:
        assert forms == [email_addresses.read(typed)]
    except KindMismatch:
        assert forms == []


@pytest.mark.parametrize(
    ("typed", "filed_before"),
    [
        ("ben.hale@example.org.", "ben.hale@example.org."),
        ("ben@b", "ben@b"),
        ("a..b@x.example", "a..b@x.example"),
        ("JÖRG@example.org", "jörg@example.org"),
        ("a@ΝΊΚΟΣ.gr", "a@xn--kxawhku.gr"),
    ],
)
def test_whoever_was_filed_by_an_earlier_rule_is_still_found(typed: str, filed_before: str) -> None:
    assert filed_before in normalise.search_forms("email", typed)
    assert filed_before not in normalise.normal_forms("email", typed)


@pytest.mark.parametrize(
    "typed",
    ["xſs@corp.example", "\u212aim@corp.example", "ｊｏｎ@example.org", "", "a@", "\ud800@x"],
)
def test_a_letter_in_disguise_finds_nobody(typed: str) -> None:
    assert normalise.search_forms("email", typed) == []


def test_an_address_is_shown_in_its_own_script() -> None:
    assert values.display("email", "ida@xn--strae-oqa.example") == "ida@straße.example"
    assert values.display("email", "ida@xn--zz.example") == "ida@xn--zz.example"
    assert values.display("email", "ada@example.org") == "ada@example.org"


def test_an_address_of_the_settings_may_be_this_machine() -> None:
    assert email_addresses.read_setting("Privacy <Privacy@localhost>") == "privacy@localhost"
    for text in ("a b@localhost", "privacy@b", "@localhost"):
        with pytest.raises(KindMismatch):
            email_addresses.read_setting(text)
