"""``aboveboard completion``: the script by which a shell completes commands and options.

It is made from the parser and holds every word, so that no key that is pressed waits for Python.
"""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from aboveboard.commands import arguments, exits

NAME = "completion"
HELP = "Print the script that lets a shell complete commands and options."
EXAMPLE = """\
aboveboard completion bash > /etc/bash_completion.d/aboveboard
aboveboard completion zsh > ~/.aboveboard.zsh     (then: source ~/.aboveboard.zsh, in ~/.zshrc)
aboveboard completion fish > ~/.config/fish/completions/aboveboard.fish"""
NEEDS_INSTANCE = False


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("shell", choices=tuple(_SCRIPTS), help="the shell")


def run(args: argparse.Namespace) -> int:
    """Print the script."""
    print(_SCRIPTS[args.shell](list(completion_points())), end="")
    return exits.DONE


@dataclass(frozen=True, slots=True)
class CompletionPoint:
    """What may follow the words ``at``: subcommands, and options; each with its sentence."""

    at: str
    words: tuple[tuple[str, str], ...]
    options: tuple[tuple[str, str], ...]


def completion_points() -> Iterator[CompletionPoint]:
    """Yield every point at which a command line may go on."""
    from aboveboard.commands import main

    known = main.find_commands()
    # Only the command that is wanted is declared in full: each is asked for in its turn.
    for number, command in enumerate(known):
        parser = main.build_parser(known, command.name)
        if number == 0:
            yield _point("", parser)
        for at, _, below in arguments.subcommands(parser):
            if at[0] == command.name:
                yield _point(" ".join(at), below)


def _point(at: str, parser: argparse.ArgumentParser) -> CompletionPoint:
    words = [
        (path[0], sentence) for path, sentence, _ in arguments.subcommands(parser) if len(path) == 1
    ]
    chosen = [
        (str(choice), "")
        for action in parser._actions
        if not action.option_strings and not isinstance(action, argparse._SubParsersAction)
        for choice in action.choices or ()
    ]
    options = {
        name: action.help or ""
        for action in parser._actions
        for name in action.option_strings
        if name.startswith("--") and action.help != argparse.SUPPRESS
    }
    return CompletionPoint(at, (*words, *chosen), tuple(options.items()))


def _bash(points: list[CompletionPoint]) -> str:
    known = " | ".join(shlex.quote(point.at) for point in points if point.at)
    cases = "\n".join(
        f"        {shlex.quote(point.at)}) words="
        f"{shlex.quote(' '.join(word for word, _ in (*point.words, *point.options)))} ;;"
        for point in points
    )
    return f"""\
# Completion of aboveboard for bash; made by `aboveboard completion bash`.
_aboveboard() {{
    local at="" next words="" i
    for ((i = 1; i < COMP_CWORD; i++)); do
        next="${{at:+$at }}${{COMP_WORDS[i]}}"
        case "$next" in
        {known}) at="$next" ;;
        esac
    done
    case "$at" in
{cases}
    esac
    COMPREPLY=($(compgen -W "$words" -- "${{COMP_WORDS[COMP_CWORD]}}"))
}}
complete -o default -F _aboveboard aboveboard
"""


def _zsh(points: list[CompletionPoint]) -> str:
    return f"autoload -U +X compinit bashcompinit\ncompinit\nbashcompinit\n{_bash(points)}"


def _fish(points: list[CompletionPoint]) -> str:
    known = " ".join(shlex.quote(point.at) for point in points if point.at)
    lines = [
        f"complete -c aboveboard -n '__aboveboard_at {_double(point.at)}' {kind} "
        f"{word.removeprefix('--')} -d {_fish_text(sentence)}"
        for point in points
        for kind, offered in (("-f -a", point.words), ("-l", point.options))
        for word, sentence in offered
    ]
    return (
        f"""\
# Completion of aboveboard for fish; made by `aboveboard completion fish`.
function __aboveboard_at
    set -l at ""
    for word in (commandline -opc)[2..]
        set -l next (string trim "$at $word")
        if contains -- "$next" {known}
            set at "$next"
        end
    end
    test "$at" = "$argv[1]"
end
"""
        + "\n".join(lines)
        + "\n"
    )


def _double(text: str) -> str:
    return f'"{text}"'


def _fish_text(sentence: str) -> str:
    # In single quotes fish knows two escapes: of the quote, and of the backslash.
    plain = sentence.replace("%(default)s", "").replace("\\", "\\\\").replace("'", "\\'")
    return f"'{plain}'"


_SCRIPTS = {"bash": _bash, "zsh": _zsh, "fish": _fish}
