"""``aboveboard device``: the register by command."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from aboveboard.basics.actor import Role
from aboveboard.basics.errors import AboveboardError, Invalid, NotFound
from aboveboard.commands import device as command
from aboveboard.commands import exits
from aboveboard.custody import queries
from aboveboard.custody.terms import DeviceState, EncryptionState
from tests.accounts.people import staff_member

pytestmark = pytest.mark.django_db


def run(*words: object) -> int:
    parser = argparse.ArgumentParser()
    command.configure(parser)
    return command.run(parser.parse_args([str(word) for word in words]))


def test_the_life_of_a_device(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("list") == exits.DONE
    assert "device import" in capsys.readouterr().out, "an empty list says how to begin"
    sam = staff_member(Role.ADVISER, email="sam@staff.example")
    assert run("add", "LT-1", "--name", "Field laptop", "--kind", "laptop") == exits.DONE
    assert run("hand-over", "lt-1", "--to", sam.email) == exits.DONE
    assert run("encryption", "LT-1", "yes") == exits.DONE
    capsys.readouterr()
    run("list", "--json")
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["holder"], row["encrypted"]) == (sam.name, "yes")
    assert run("retire", "LT-1", "--how", "wiped") == exits.DONE
    assert queries.device_by_tag("LT-1").state is DeviceState.RETIRED


@pytest.mark.parametrize(
    ("story", "asked", "error"),
    [
        ("a kind that is none", ("add", "LT-2", "--name", "A", "--kind", "boat"), Invalid),
        ("a state that is none", ("encryption", "LT-1", "mostly"), Invalid),
        ("no such device", ("encryption", "LT-9", "yes"), NotFound),
        ("nobody of the staff", ("hand-over", "LT-1", "--to", "x@staff.example"), NotFound),
        ("no such file", ("import", "nowhere.csv"), Invalid),
    ],
)
def test_bad_input_says_what_to_do(
    story: str, asked: tuple[str, ...], error: type[AboveboardError]
) -> None:
    run("add", "LT-1", "--name", "Field laptop", "--kind", "laptop")
    with pytest.raises(error) as caught:
        run(*asked)
    assert caught.value.step or error is NotFound


def test_an_inventory_lists_what_it_did_not_take(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, left = tmp_path / "assets.csv", tmp_path / "left.csv"
    file.write_text("label,encrypted,colour\nLT-1,yes,red\n,no,blue\n")
    assert run("import", file, "--dry-run") == exits.ATTENTION
    assert "nothing was changed" in capsys.readouterr().out
    assert not queries.devices()
    assert run("import", file, "--not-taken", left) == exits.ATTENTION
    printed = capsys.readouterr()
    assert "line 3: neither asset tag" in printed.out
    assert "colour" in printed.err, "columns that are not kept are named"
    assert left.read_text().splitlines()[1].endswith(",no,blue")
    assert queries.device_by_tag("LT-1").encrypted is EncryptionState.YES
    file.write_text("label,encrypted\nLT-1,yes\n")
    assert run("import", file, "--json") == exits.DONE
    assert json.loads(capsys.readouterr().out)["unchanged"] == 1
