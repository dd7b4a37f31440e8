"""The number of a person in the addresses of the console: ``<person:person_id>``."""

from __future__ import annotations

from aboveboard.basics.person_codes import parse_person, person_code


class PersonConverter:
    """Reads the code of a number, or the digits that stood in addresses before; writes the code."""

    regex = "[0-9A-Za-z-]{1,20}"

    def to_python(self, text: str) -> int:
        """Return the number.

        Raises:
            ValueError: it is none; Django takes the address for nobody's.
        """
        number = parse_person(text)
        if number is None:
            raise ValueError("not the number of a person")
        return number

    def to_url(self, number: int) -> str:
        """Return the code."""
        return person_code(number)
