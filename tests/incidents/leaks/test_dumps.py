"""Dumps of databases are read with the names of their columns, wherever the file is cut."""

from __future__ import annotations

import pytest

from aboveboard.incidents.leaks import form
from aboveboard.incidents.leaks.records import SqlRow, sql_rows

DUMPS = [
    (
        "MySQL: a table, and many rows in one statement",
        "CREATE TABLE `u` (\n `email` varchar(200) NOT NULL DEFAULT '(x',\n `paid` decimal(10,2) "
        "DEFAULT (round(1,2)),\n `phone` varchar(40),\n PRIMARY KEY (`email`)\n) ENGINE=InnoDB;\n"
        "INSERT INTO `u` VALUES ('a@x.io',1.5,'1'),\n('b@x.io',NULL,'it''s, (2)');\n",
        [
            {"email": "a@x.io", "paid": "1.5", "phone": "1"},
            {"email": "b@x.io", "paid": "", "phone": "it's, (2)"},
        ],
    ),
    (
        "each row with the names of its columns",
        "INSERT INTO u (email, phone) VALUES ('a@x.io', '1');\n"
        "INSERT INTO u (email, phone) VALUES ('b@x.io', '');\n",
        [{"email": "a@x.io", "phone": "1"}, {"email": "b@x.io", "phone": ""}],
    ),
    (
        "SQL Server, without semicolons",
        "INSERT [dbo].[u] ([email], [phone]) VALUES (N'a@x.io', NULL)\nGO\n"
        "INSERT [dbo].[u] ([email], [phone]) VALUES (N'b@x.io', N'2')\nGO\n",
        [{"email": "a@x.io", "phone": ""}, {"email": "b@x.io", "phone": "2"}],
    ),
    (
        "PostgreSQL, rows as text",
        "COPY public.u (email, phone) FROM stdin;\na@x.io\t1\nb@x.io\t\\N\n\\.\n\nSELECT 1;\n",
        [{"email": "a@x.io", "phone": "1"}, {"email": "b@x.io", "phone": ""}],
    ),
    (
        "a table that nothing describes",
        "INSERT INTO u VALUES ('a@x.io', '1', '');\n",
        [{"1": "a@x.io", "2": "1", "3": ""}],
    ),
]


@pytest.mark.parametrize(("text", "rows"), [each[1:] for each in DUMPS], ids=[d[0] for d in DUMPS])
def test_rows_have_the_names_of_their_columns_wherever_the_file_is_cut(
    text: str, rows: list[dict[str, str]]
) -> None:
    content = text.encode()
    for size in range(1, len(content) + 1):
        cut = (content[at : at + size] for at in range(0, len(content), size))
        assert [row.values for row in sql_rows(cut) if isinstance(row, SqlRow)] == rows, size
    names = {f"u.{name}" for name in rows[0]}
    assert set(form.detect_format(text.splitlines()).header) == names


def test_a_row_that_is_never_closed_costs_itself_and_no_other() -> None:
    content = b"INSERT INTO u (a) VALUES ('open, 9);\nINSERT INTO u (a) VALUES ('k');\n"
    first, second = sql_rows([content])
    assert first == b"('open, 9);"
    assert isinstance(second, SqlRow)
    assert second.values == {"a": "k"}
