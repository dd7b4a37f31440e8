"""Every parser that takes bytes from outside, fed with what nobody would send on purpose.

``parsers`` is the table. The suite tries a few hundred spoiled samples on each (``test_parsers``);
``python -m tests.fuzz [NAME …] --seconds N`` goes on as long as one likes and keeps what broke one.
"""
