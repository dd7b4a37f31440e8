"""Which customers a typed e-mail address belongs to, and whether they are still there. A package
above this one holds them, and declares how it finds them (``Package.customers_by_email``) and locks
them (``Package.lock_customer``). The address is matched, never kept."""

from __future__ import annotations

from collections.abc import Sequence

from aboveboard.basics.errors import Misconfigured
from aboveboard.basics.package import gathered


class NoDirectory(Misconfigured):
    """No package says which customers have an e-mail address, so no customer can sign in."""

    code = "no_directory"
    next_step = "Declare Package.customers_by_email and lock_customer in one package."


def find(email: str) -> Sequence[int]:
    """Return the people whose sealed address matches ``email`` as it was typed, by their numbers.

    Raises:
        NoDirectory: no package declares it.
    """
    # Declared and not imported: accounts lie below the package that holds customers.
    for package in gathered():
        if package.customers_by_email is not None:
            return package.customers_by_email(email)
    raise NoDirectory


def lock(person_id: int) -> int:
    """Lock a customer until the transaction ends; return their number as it is then.

    Raises:
        NotFound: nobody has that number.
        NoDirectory: no package declares it.
    """
    for package in gathered():
        if package.lock_customer is not None:
            return package.lock_customer(person_id)
    raise NoDirectory
