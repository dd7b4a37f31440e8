"""Who uses here a password that another site leaked, and how passwords are kept."""

from __future__ import annotations

import csv
import hashlib
import json
from datetime import timedelta
from pathlib import Path

import bcrypt
import pytest
from django.contrib.auth import hashers
from django.core import mail
from django.test import Client

from aboveboard.accounts.models import Account
from aboveboard.basics import clock
from aboveboard.basics.actor import Role
from aboveboard.basics.errors import Invalid
from aboveboard.commands import passwords
from aboveboard.commands.main import build_parser, find_commands
from aboveboard.commands.passwords import sweeping
from aboveboard.credentials.entries import PasswordReset
from aboveboard.credentials.reuse.hashes import recognise, verify
from aboveboard.credentials.reuse.variants import variants
from aboveboard.ledger import queries as ledger
from aboveboard.outbox.jobs import run_jobs_once
from tests.accounts.people import staff_client, staff_member

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.one_database("the rows of accounts are asked for on both in tests/accounts"),
]
BCRYPT = bcrypt.hashpw(b"password", b"$2b$04$abcdefghijklmnopqrstuu").decode()
# From the documentation of passlib, of python-ldap's world, and of the digests themselves.
OTHERS = [
    "$pbkdf2-sha256$29000$N2YMIWQsBWBMae09x1jrPQ$1t8iyB2A.WF/Z5JZv.lfCIhXXN33N23OSgQYThBYRfk",
    "{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=",
    "5f4dcc3b5aa765d61d8327deb882cf99",
    "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8",
    "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8",
    BCRYPT,
    BCRYPT.replace("$2b$", "$2y$"),
]


def django_hash(kind: type[hashers.BasePasswordHasher], **cost: int) -> str:
    hasher = kind()
    for name, value in cost.items():
        setattr(hasher, name, value)
    return str(hasher.encode("password", "a1b2c3d4e5f6"))


@pytest.mark.parametrize(
    "kept",
    [
        *OTHERS,
        django_hash(hashers.PBKDF2PasswordHasher, iterations=1000),
        django_hash(hashers.PBKDF2SHA1PasswordHasher, iterations=1000),
        django_hash(hashers.ScryptPasswordHasher, work_factor=1024),
        django_hash(hashers.MD5PasswordHasher),
        django_hash(hashers.Argon2PasswordHasher, time_cost=1, memory_cost=64, parallelism=1),
    ],
)
def test_each_form_of_a_hash_is_verified(kept: str) -> None:
    password = "toomanysecrets" if "29000" in kept and not verify(kept, "password") else "password"
    assert verify(kept, password)
    assert not verify(kept, password + "x")
    assert not verify(kept[:-4], password)


@pytest.mark.parametrize(
    ("kept", "verdict"),
    [
        ("5f4dcc3b5aa765d61d8327deb882cf99", "unsalted"),
        ("sha1$salt$5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8", "fast"),
        ("$P$B7889EMq/erHIuZapMB8GEizebcIy9.", "fast"),
        ("$2b$08$" + BCRYPT[7:], "cheap"),
        ("$2b$12$" + BCRYPT[7:], "good"),
        ("pbkdf2_sha256$600000$salt$aGFzaA==", "good"),
        ("pbkdf2_sha256$36000$salt$aGFzaA==", "cheap"),
        ("argon2$argon2id$v=19$m=102400,t=2,p=8$c2FsdA$aGFzaA", "good"),
        ("$argon2i$v=19$m=102400,t=2,p=8$c2FsdA$aGFzaA", "cheap"),
        ("scrypt$16384$salt$8$1$aGFzaA==", "cheap"),
        ("scrypt$16384$salt$8$5$aGFzaA==", "good"),
        ("summer2026", "plain"),
        ("$7$unheard.of$form", "unknown"),
    ],
)
def test_how_a_password_is_kept_is_judged(kept: str, verdict: str) -> None:
    assert recognise(kept).verdict == verdict


def test_the_likeliest_changes_come_first_and_none_twice() -> None:
    made = variants("umbrella7", most=100)
    assert {"Umbrella7", "umbrella", "umbrella71", "umbrella7!", "umbrella8"} <= set(made[:10])
    assert len(made) == len(set(made))
    assert "umbrella7" not in made
    assert variants("", most=10) == ["1", "!", "123", "12", "2", "01", ".", "a"][:10]


def run(*words: object) -> int:
    parser = build_parser(find_commands(), "passwords")
    return passwords.run(parser.parse_args(["passwords", *map(str, words)]))


def leak(folder: Path) -> Path:
    """Pairs of a forum, of which two are of our staff, in other spellings."""
    file = folder / "forum.txt"
    strangers = "".join(f"person{number}@else.example:letmein{number}\n" for number in range(50))
    file.write_text(
        f"{strangers}ADA@staff.example:seven umbrellas dance\n"
        "ben@staff.example:quiet rivers5\ncleo@staff.example:nothing like it\n"
    )
    return file


@pytest.fixture
def staff() -> dict[str, Account]:
    made = {}
    for name, password in (
        ("ada", "seven umbrellas dance"),
        ("ben", "quiet rivers5!"),
        ("cleo", "something else"),
    ):
        account = staff_member(Role.ADVISER, email=f"{name}@staff.example")
        account.set_password(password)
        account.save()
        made[name] = account
    return made


def test_staff_who_use_a_leaked_password_are_signed_out_and_told_why(
    staff: dict[str, Account], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    browser = staff_client(account=staff["ada"])
    assert run("sweep", leak(tmp_path), "--source", "forum-2026", "--json") == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["found"] == {"exact": 1, "near": 1}
    assert (answer["pairs"], answer["tried"]) == (53, 3)
    usable = {
        name: Account.objects.get(pk=account.pk).has_usable_password()
        for name, account in staff.items()
    }
    assert usable == {"ada": False, "ben": False, "cleo": True}
    assert browser.get("/console/").status_code == 302
    run_jobs_once(worker="w", at=clock.now() + timedelta(seconds=1))
    assert sorted(message.to[0] for message in mail.outbox) == [
        "ada@staff.example",
        "ben@staff.example",
    ]
    assert "leaked by another website" in str(mail.outbox[0].body)
    entries = [each.facts for each in ledger.entries_of([PasswordReset.kind])]
    assert [(each["account"], each["match"], each["source"]) for each in entries] == [
        (str(staff["ada"].pk), "exact", "forum-2026"),
        (str(staff["ben"].pk), "near", "forum-2026"),
    ]
    # Nothing is left to find, and nothing of the leak is kept.
    assert run("sweep", leak(tmp_path), "--source", "forum-2026") == 0
    assert Client().get("/accounts/staff/code/").status_code == 200


def shop(folder: Path, count: int) -> tuple[Path, Path]:
    """A leak, and the accounts of a shop, each with a hash of the password in it."""
    accounts, file = folder / "shop.csv", folder / "leak.csv"
    rows, pairs = ["account,email,hash"], ["email,password"]
    for number in range(count):
        password = f"{number} grey otters"
        rows.append(
            f"C{number},o{number}@else.example,{hashlib.sha256(password.encode()).hexdigest()}"
        )
        pairs.append(f"o{number}@else.example,{password}")
    accounts.write_text("\n".join(rows))
    file.write_text("\n".join(pairs))
    return accounts, file


def found_in(findings: Path) -> list[str]:
    with findings.open() as file:
        return [row["account"] for row in csv.DictReader(file)]


def test_a_sweep_that_was_killed_goes_on_and_lists_nobody_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts, file = shop(tmp_path, 40)
    findings = tmp_path / "reset.csv"
    words = ("sweep", file, "--source", "leak-1", "--against", accounts, "--findings", findings)
    append, monkeypatched = sweeping.append_finding, [0]
    monkeypatch.setattr(sweeping, "KEEP_EVERY", 0.0)

    def killed(path: Path, step: object) -> None:
        monkeypatched[0] += 1
        if monkeypatched[0] % 15 == 0:
            raise KeyboardInterrupt
        append(path, step)  # type: ignore[arg-type]

    monkeypatch.setattr(sweeping, "append_finding", killed)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            run(*words)
    assert run(*words) == 1
    assert sorted(found_in(findings)) == sorted(f"C{number}" for number in range(40))
    text = findings.read_text() + "".join(path.name for path in tmp_path.iterdir())
    assert "otters" not in text
    assert "else.example" not in text
    assert not (tmp_path / "reset.csv.place").exists()
    assert findings.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("content", "source"),
    [("just words\nmore words\n", "forum"), ("a@b.example:secret\n" * 3, "Ada's forum!")],
)
def test_what_cannot_be_swept_is_refused_with_what_to_do(
    content: str, source: str, tmp_path: Path
) -> None:
    file = tmp_path / "file.txt"
    file.write_text(content)
    with pytest.raises(Invalid) as refused:
        run("sweep", file, "--source", source)
    assert refused.value.step


def test_an_audit_gives_shares_and_advice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "shop.csv"
    file.write_text("hash\n" + "5f4dcc3b5aa765d61d8327deb882cf99\n" * 3 + "$2b$12$" + BCRYPT[7:])
    assert run("audit", "--against", file) == 1
    printed = capsys.readouterr().out
    assert "75.0%  3  MD5: unsalted" in printed
    assert "25.0%  1  bcrypt, cost 12: good" in printed
    assert "wrap each in argon2id" in printed
