"""The sentence of an error is its docstring's first paragraph, wherever the code wraps it."""

from aboveboard.basics.errors import Conflict


class Wrapped(Conflict):
    """This sentence about {what} is so long that the code
    breaks it.

    What follows is for whoever reads the code.
    """


def test_a_wrapped_docstring_gives_a_sentence_of_one_line() -> None:
    said = "This sentence about a demo is so long that the code breaks it."
    assert Wrapped(what="a demo").message == said
