"""The one entry point: finds the command, starts Django if the command needs the instance, shows
errors plainly."""

from __future__ import annotations

import argparse
import ast
import importlib
import json
import os
import pkgutil
import re
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import aboveboard
from aboveboard import commands
from aboveboard.basics import logs, redaction, settings
from aboveboard.basics.errors import AboveboardError
from aboveboard.commands import exits
from aboveboard.commands.arguments import CommandParser
from aboveboard.commands.instance import schema

_DECLARED = ("NAME", "HELP", "EXAMPLE")
_BELOW_DECLARED = re.compile(r"^(?:@|def |class )", re.MULTILINE)
_ABOUT = """\
Keep a promise about people's data: protect it, prove how it is used, and answer for losses.

Run `aboveboard COMMAND --help` for what a command does, with an example. The instance is the
folder that --home names, or the environment variable ABOVEBOARD_HOME, or ./aboveboard-data."""


@dataclass(frozen=True, slots=True)
class DeclaredCommand:
    """A command as its module declares it, read without importing the module."""

    name: str
    help: str
    example: str
    module: str

    def load(self) -> ModuleType:
        """Import the module."""
        return importlib.import_module(self.module)


def find_commands() -> list[DeclaredCommand]:
    """Return every command in this package, by name."""
    # Read from the source, not imported: `aboveboard --help` must come at once, and must come where
    # Django or a library is broken.
    return sorted(_declared(), key=lambda command: command.name)


def _declared() -> Iterator[DeclaredCommand]:
    for folder, dotted in _folders(Path(commands.__file__).parent, commands.__name__):
        for module in pkgutil.iter_modules([str(folder)]):
            file = (
                folder / module.name / "__init__.py"
                if module.ispkg
                else folder / f"{module.name}.py"
            )
            strings = _strings(file.read_text("utf-8"))
            if all(name in strings for name in _DECLARED):
                yield DeclaredCommand(
                    strings["NAME"], strings["HELP"], strings["EXAMPLE"], f"{dotted}.{module.name}"
                )


def _folders(folder: Path, dotted: str) -> Iterator[tuple[Path, str]]:
    yield folder, dotted
    for module in pkgutil.iter_modules([str(folder)]):
        if module.ispkg:
            yield from _folders(folder / module.name, f"{dotted}.{module.name}")


def _strings(source: str) -> dict[str, str]:
    """Return the module-level names that are given a plain string."""
    # Most modules are no command, and what a command declares stands above its first function: to
    # parse all the rest takes longer than everything else that `--help` does.
    if "\nNAME" not in source:
        return {}
    strings = {}
    for statement in ast.parse(_BELOW_DECLARED.split(source, maxsplit=1)[0]).body:
        if (
            isinstance(statement, ast.Assign)
            and isinstance(statement.value, ast.Constant)
            and isinstance(statement.value.value, str)
        ):
            strings.update(
                {
                    target.id: statement.value.value
                    for target in statement.targets
                    if isinstance(target, ast.Name)
                }
            )
    return strings


def build_parser(known: Sequence[DeclaredCommand], wanted: str | None) -> argparse.ArgumentParser:
    """Return the parser; only the command that is wanted is imported to declare its arguments."""
    parser = CommandParser(
        "aboveboard",
        description=_ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--version", action="version", version=f"aboveboard {aboveboard.__version__}"
    )
    _add_home(parser)
    below = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    for command in known:
        own = below.add_parser(
            command.name,
            help=command.help,
            description=command.help,
            epilog=f"Example:\n{_indented(command.example)}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        _add_home(own)
        # An argument may take its choices from a package that is slow to import, so only this one
        # is declared.
        if command.name == wanted:
            command.load().configure(own)
            _complete_below(own, command.example)
    return parser


def _add_home(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--home", metavar="DIR", default=argparse.SUPPRESS, help="the instance folder"
    )


def _complete_below(parser: argparse.ArgumentParser, example: str) -> None:
    """Give every subcommand ``--home``, its sentence, and its own lines of the example."""
    # argparse has no public way to reach the parsers of subcommands once they are added.
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            sentences = {choice.dest: choice.help for choice in action._choices_actions}
            for name, below in action.choices.items():
                _add_home(below)
                below.description = below.description or _sentence(sentences.get(name) or "")
                own = [line for line in example.splitlines() if _is_example_of(line, below.prog)]
                if own:
                    below.epilog = f"Example:\n{_indented(chr(10).join(own))}"
                    below.formatter_class = argparse.RawDescriptionHelpFormatter
                _complete_below(below, example)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].removesuffix('.')}." if text else ""


def _is_example_of(line: str, prog: str) -> bool:
    return line.strip() == prog or line.startswith(f"{prog} ")


def _requested_command(given: Sequence[str], names: Collection[str]) -> str | None:
    """Return the command's name: the first word that is one and does not
    stand behind ``--home``."""
    before = ["", *given]
    return next(
        (
            word
            for word, last in zip(given, before, strict=False)
            if word in names and last != "--home"
        ),
        None,
    )


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.strip().splitlines())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code (see :mod:`aboveboard.commands.exits`)."""
    # What a command writes is for the instance's own user: keys, database, tiles, exports.
    os.umask(0o077)
    given = list(sys.argv[1:] if arguments is None else arguments)
    CommandParser.given = given
    known = find_commands()
    names = {command.name: command for command in known}
    parser = build_parser(known, _requested_command(given, names))
    args = parser.parse_args(given)
    if args.command is None:
        parser.print_help()
        return exits.INVALID
    # Said before anything reads a setting: they are read once, from the instance that is named
    # here.
    if "home" in args:
        os.environ[settings.HOME_VARIABLE] = args.home
    try:
        return _run(names[args.command].load(), args)
    except AboveboardError as error:
        _show(error, given, as_json=getattr(args, "json", False))
        return exits.code_for(error)
    # 128 + SIGINT, as shells expect it; a traceback would look like a fault of ours.
    except KeyboardInterrupt:
        return exits.STOPPED
    except BrokenPipeError:
        # The reader of our output has gone, as `head` does. Python must not complain again when it
        # closes it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return exits.DONE
    # The last resort. A traceback quotes values of local variables and of SQL, which may be
    # personal data, so nothing of it is shown unmasked.
    except Exception as error:
        if outage := schema.as_disk_error(error) or schema.as_database_away(error):
            _show(outage, given, as_json=getattr(args, "json", False))
            return exits.code_for(outage)
        print(
            "There is a fault in Aboveboard:\n"
            f"{logs.mask(redaction.remove_values(logs.describe(error), given))}",
            file=sys.stderr,
        )
        return exits.FAULT


def _run(module: ModuleType, args: argparse.Namespace) -> int:
    needs: bool | Callable[[argparse.Namespace], bool] = getattr(module, "NEEDS_INSTANCE", True)
    if needs(args) if callable(needs) else needs:
        # Before Django: SQLite would make an empty file where the database was lost, and the
        # instance would seem new.
        schema.check_file(settings.current())
        start_django()
        harmless: bool | Callable[[argparse.Namespace], bool] = getattr(
            module, "WHILE_RESTORING", False
        )
        # Until a restored backup has repeated the erasures since, whatever reads records would
        # bring erased people back (GDPR Art. 17).
        if not (harmless(args) if callable(harmless) else harmless):
            from aboveboard.recovery.queries import check_finished

            check_finished()
    code: int = module.run(args)
    return code


def start_django() -> None:
    """Start Django with the settings of the instance; a wrong setting is named before anything else
    happens."""
    settings.current()
    os.environ["DJANGO_SETTINGS_MODULE"] = "aboveboard.site.settings"
    import django

    django.setup()


def _show(error: AboveboardError, given: Sequence[str], *, as_json: bool) -> None:
    if as_json:
        shown = {
            "code": error.code,
            "message": redaction.remove_values(error.message, given),
            "next_step": redaction.remove_values(error.step, given),
        }
        print(json.dumps({"error": shown}, ensure_ascii=False), file=sys.stderr)
    else:
        print(redaction.remove_values(str(error), given), file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
