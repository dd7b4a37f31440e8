"""Whatever stands on a command line in the wrong place: a secret among it is never repeated."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from aboveboard.commands import main
from tests.basics.test_redaction import AGE, PARTS, SECRETS, shows

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.one_database("what the command line shows of its arguments"),
]

RUN_ON = {"serve", "worker", "demo", "init", "ledger witness serve", "ledger witness init"}
"""They stay, or make a folder of the name that they are given: argparse alone is asked of these."""


def leaves(
    parser: argparse.ArgumentParser, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], argparse.ArgumentParser]]:
    """Yield each command that has no further ones below it."""
    below = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    if not below:
        yield path, parser
    for action in below:
        for name, inner in action.choices.items():
            yield from leaves(inner, (*path, name))


known = cache(main.find_commands)


@cache
def commands() -> list[tuple[tuple[str, ...], argparse.ArgumentParser]]:
    return [
        leaf
        for command in known()
        for leaf in leaves(main.build_parser(known(), command.name))
        if leaf[0][0] == command.name
    ]


def plausible(action: argparse.Action) -> str:
    if action.choices:
        return str(next(iter(action.choices)))
    return "1" if action.type is int else "x"


def lines_with(
    path: tuple[str, ...], parser: argparse.ArgumentParser, secret: str
) -> Iterator[list[str]]:
    """Yield a command line for each argument, with the secret in its place, and one with it left
    over."""
    taking = [
        action
        for action in parser._actions
        if action.nargs != 0 and action.dest not in ("help", "home")
    ]
    for wrong in [*taking, None]:
        line = list(path)
        for action in taking:
            if action is not wrong and not action.required and action.option_strings:
                continue
            word = secret if action is wrong else plausible(action)
            line += [action.option_strings[-1], word] if action.option_strings else [word]
        yield line if wrong is not None else [*line, secret]


@pytest.mark.parametrize("path", [" ".join(path) for path, _ in commands()])
def test_no_command_repeats_a_secret(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("builtins.input", lambda *_: "n")
    # Not from their source, and not with the arguments of all others, for each line.
    own = [command for command in known() if command.name == path.split()[0]]
    monkeypatch.setattr(main, "find_commands", lambda: own)
    parser = next(parser for words, parser in commands() if " ".join(words) == path)
    for secret, part in ((AGE, AGE), (SECRETS["database address"], "Gr33nfield")):
        for line in lines_with(tuple(path.split()), parser, secret):
            if path in RUN_ON and line[-1] != secret:
                continue
            if path in RUN_ON:
                line = [*line, "--no-such-argument"]
            code = 1
            with contextlib.suppress(SystemExit):
                code = main.main(line)
            shown = capfd.readouterr()
            if code == 0:  # it was a name that can be given
                continue
            assert not shows(shown.out + shown.err, part), [*line[:-1], "…"]


def test_a_secret_age_key_is_refused_as_what_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from aboveboard.custody import parcel

    for secret in (AGE, AGE.lower(), f" {AGE}\n"):
        with pytest.raises(parcel.SecretAgeKey) as error:
            parcel.recipients([secret])
        assert "That is a secret key: give the public one." in str(error.value)
        assert not shows(str(error.value), PARTS["age key"])
        assert error.value.details == {}
