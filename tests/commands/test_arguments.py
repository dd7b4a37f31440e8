"""What was most likely meant is said of a wrong word; shells complete every word; every subcommand
has an example."""

from __future__ import annotations

import subprocess

import pytest

from aboveboard.commands import arguments, main
from aboveboard.commands.completion import _SCRIPTS, completion_points

COMMANDS = main.find_commands()


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    with pytest.raises(SystemExit) as stopped:
        main.main(words)
    assert stopped.value.code == 2
    return capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("imprt customers.csv", "import"),
        ("ledger verfy", "verify"),
        ("incident notices prepair", "prepare"),
        ("serve --porcesses 3", "--processes"),
        ("staff list --jsno", "--json"),
        ("incident open-leak x --as a@b.org --mapping=y --colums=a", "--columns"),
        ("people erase 7 --reason objectd", "objected"),
    ],
)
def test_a_word_that_is_nearly_right_is_named(
    capsys: pytest.CaptureFixture[str], words: str, meant: str
) -> None:
    text = said(capsys, *words.split())
    assert f"Did you mean {meant}" in text.replace("--mapping ", ""), text


def test_a_word_that_is_near_to_none_gets_all_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "completion", "zzz")
    assert "bash" in text
    assert "Did you mean" not in text


def test_a_command_without_its_verb_says_all_verbs(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "incident")
    assert "open-leak" in text
    assert "list incidents, newest first" in text


def test_a_secret_among_the_words_is_not_repeated(capsys: pytest.CaptureFixture[str]) -> None:
    secret = "Tr0ub4dorAndAHorseBattery9Staple"
    assert secret not in said(capsys, "completion", secret)
    assert secret not in said(capsys, "staff", "list", f"--jsno={secret}")


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_subcommand_has_an_example(command: main.DeclaredCommand) -> None:
    parser = main.build_parser(COMMANDS, command.name)
    bare = [
        " ".join(at)
        for at, _, below in arguments.subcommands(parser)
        if at[0] == command.name
        and not list(arguments.subcommands(below))
        and not (below.epilog or "").startswith("Example")
    ]
    assert not bare, f"EXAMPLE has no line for {bare}"


def test_bash_completes_commands_verbs_and_options() -> None:
    script = _SCRIPTS["bash"](list(completion_points()))

    def completed(*words: str) -> list[str]:
        line = f"COMP_WORDS=(aboveboard {' '.join(words)}); COMP_CWORD={len(words)}"
        asked = f"{script}\n{line}; _aboveboard; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        done = subprocess.run(
            ["bash", "-c", asked], capture_output=True, text=True, check=True, timeout=60
        )
        assert not done.stderr
        return done.stdout.split()

    assert completed("impo") == ["import"]
    assert completed("incident", "open") == ["open-leak", "open-other"]
    assert completed("incident", "notices", "app") == ["approve"]
    assert "--columns" in completed("--home", "x", "incident", "open-leak", "file", "--c")
    assert completed("import", "--map") == ["--mapping"]


@pytest.mark.slow
@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_the_other_shells_know_every_word(shell: str) -> None:
    script = _SCRIPTS[shell](list(completion_points()))
    for command in COMMANDS:
        assert command.name in script
    assert "open-leak" in script
    assert script.count("'") % 2 == script.count("\\'") % 2, "every quote is closed"
