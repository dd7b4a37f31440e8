"""A problem has the members of RFC 9457 and our code; of a status alone no more
is said than it means."""

from __future__ import annotations

import pytest

from aboveboard.basics.problems import problem, problem_from_status


def test_the_members() -> None:
    assert problem(404, "gone", "It is gone.", request_id="ab12", detail=None, entry=7) == {
        "type": "urn:aboveboard:gone",
        "title": "It is gone.",
        "status": 404,
        "code": "gone",
        "instance": "urn:aboveboard:request:ab12",
        "entry": 7,
    }
    assert "instance" not in problem(404, "gone", "It is gone.")


@pytest.mark.parametrize("status", range(400, 600))
def test_every_error_status_has_a_code(status: int) -> None:
    answer = problem_from_status(status)
    assert answer["status"] == status
    assert answer["code"]
    assert (answer["code"] in ("fault", "unavailable")) == (status >= 500)
