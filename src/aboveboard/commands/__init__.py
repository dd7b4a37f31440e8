"""The ``aboveboard`` command line: one file per command, found by what it declares.

A command is a module of this package, at any depth, that declares ``NAME``, ``HELP`` (one
sentence) and ``EXAMPLE`` as plain strings, and the functions ``configure(parser)`` and
``run(args) -> int`` (an exit code of :mod:`aboveboard.commands.exits`). ``NEEDS_INSTANCE``
(default true; or a function of the arguments) says whether Django is started with the instance's
settings before ``run``. Declarations are read without importing the module, so heavy imports
belong inside ``run`` and ``--help`` stays quick.
"""
