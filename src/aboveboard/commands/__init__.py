"""The ``aboveboard`` command line: one file per command, found by :mod:`aboveboard.commands.main`.

A command is a module with ``NAME``, ``HELP``, ``EXAMPLE``, ``configure(parser)`` and
``run(args) -> int``; ``NEEDS_INSTANCE`` says whether it needs the instance's database.
"""
