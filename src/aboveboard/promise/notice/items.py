"""The sixteen things that a privacy notice says, as the Information Commissioner's Office lists
them ("What privacy information should we provide?", the right to be informed; read 2026-12-01).
Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class NoticeItem(StrEnum):
    """One thing that a notice says, in the order of the list."""

    CONTROLLER = "controller"
    REPRESENTATIVE = "representative"
    DPO = "dpo"
    PURPOSES = "purposes"
    BASIS = "basis"
    INTEREST = "interest"
    CATEGORIES = "categories"
    RECIPIENTS = "recipients"
    TRANSFERS = "transfers"
    RETENTION = "retention"
    RIGHTS = "rights"
    WITHDRAW = "withdraw"
    COMPLAIN = "complain"
    SOURCE = "source"
    OBLIGATION = "obligation"
    AUTOMATED = "automated"


ARTICLES: Final[Mapping[NoticeItem, str]] = {
    NoticeItem.CONTROLLER: "13(1)(a)",
    NoticeItem.REPRESENTATIVE: "13(1)(a)",
    NoticeItem.DPO: "13(1)(b)",
    NoticeItem.PURPOSES: "13(1)(c)",
    NoticeItem.BASIS: "13(1)(c)",
    NoticeItem.INTEREST: "13(1)(d)",
    NoticeItem.CATEGORIES: "14(1)(d)",
    NoticeItem.RECIPIENTS: "13(1)(e)",
    NoticeItem.TRANSFERS: "13(1)(f)",
    NoticeItem.RETENTION: "13(2)(a)",
    NoticeItem.RIGHTS: "13(2)(b)",
    NoticeItem.WITHDRAW: "13(2)(c)",
    NoticeItem.COMPLAIN: "13(2)(d)",
    NoticeItem.SOURCE: "14(2)(f)",
    NoticeItem.OBLIGATION: "13(2)(e)",
    NoticeItem.AUTOMATED: "13(2)(f)",
}
"""The part of the GDPR and UK GDPR that asks for each."""
