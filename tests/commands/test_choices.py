"""``aboveboard choices``: list, receipt, check and import, in one journey."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER
from aboveboard.choices import queries
from aboveboard.choices.actions import choose
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.commands.main import main
from aboveboard.keys.log_signing import signer
from tests.world import load

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.one_database("commands over actions that tests/choices asks on both"),
]


@pytest.fixture(autouse=True)
def _started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aboveboard.commands.main.start_django", lambda: None)


def test_choices_of_another_system_never_undo_the_persons_own_no(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (ada, row), (ben, other) = load(2)
    said = {"channel": "portal", "evidence": "portal:1", "by": CUSTOMER, "at": clock.now()}
    choose(ada, "personal-offers", ChoiceAnswer.NO, **said)  # type: ignore[arg-type]
    file = tmp_path / "consents.csv"
    file.write_text(
        "email,purpose,answer,at\n"
        f"{row['email']},Marketing,yes,2026-11-01T10:00:00Z\n"
        f"{other['email']},Marketing,yes,2026-11-01T10:00:00Z\n"
        "nobody@x.example,Marketing,yes,2026-11-01T10:00:00Z\n"
        f"{other['email']},Marketing,perhaps,2026-11-01T10:00:00Z\n"
    )
    call = ["choices", "import", str(file), "--channel", "email"]
    for _ in range(2):  # again, it is what it was
        assert main([*call, "--purpose", "Marketing=personal-offers"]) == 1
        said_of_it = capsys.readouterr().out
        assert "line 4, row: not taken" in said_of_it
        assert "line 5, answer: not taken. Expected: one of: yes, no" in said_of_it
        assert "1 yes and 0 no recorded, 1 yes wait for the person, 2 rows were not" in said_of_it
        assert row["email"] not in said_of_it
    assert queries.consent_state(ada).answer("personal-offers") is ChoiceAnswer.NO
    assert queries.consent_state(ben).answer("personal-offers") is ChoiceAnswer.YES
    (taken,) = queries.history(ben)
    assert taken.evidence.startswith("import:")
    assert main(["choices", "list", str(ben)]) == 0
    assert f"{taken.id}  2026-11-01 10:00 UTC  personal-offers: yes" in capsys.readouterr().out
    assert main(["choices", "receipt", str(taken.id), "--person", str(ben)]) == 0
    receipt = tmp_path / "receipt.json"
    receipt.write_text(capsys.readouterr().out)
    assert main(["choices", "check", str(receipt), "--vkey", signer().vkey]) == 0
    assert "The receipt holds: ConsentGiven, about personal-offers." in capsys.readouterr().out
    changed = json.loads(receipt.read_text())
    changed["dpv:hasDataSubject"] = "somebody"
    receipt.write_text(json.dumps(changed))
    assert main(["choices", "check", str(receipt), "--vkey", signer().vkey]) == 2
    assert "changed after it was signed" in capsys.readouterr().err
