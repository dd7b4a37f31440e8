"""Letters for a print house, as a channel: taken means that a letter is in a sealed parcel.

The reference that is the same at each try is the dispatch itself: the database lets it be in one
parcel (``delivery_letter_once``), so that a try after a crash finds the letter that is made already
and makes no second.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from django.db import IntegrityError

from aboveboard.basics.errors import AboveboardError
from aboveboard.custody.exporting import recover_folder
from aboveboard.delivery import limits
from aboveboard.delivery.channels import DeliveryOutcome, DeliveryVerdict, NoChannel
from aboveboard.delivery.post import parcels, print_house
from aboveboard.delivery.post.parcels import LetterInParcel, PrintedFile
from aboveboard.delivery.post.printing import (
    LettersNotPrinted,
    LetterToPrint,
    print_day,
    print_letters,
)
from aboveboard.delivery.post.windows import window_of
from aboveboard.delivery.rendering import DispatchItem, LetterSheet, RenderedNotice
from aboveboard.kinds.kind import KindMismatch

log = logging.getLogger(__name__)

NOT_PRINTABLE = "letter-not-printable"


@dataclass(frozen=True, slots=True)
class _WaitingLetter:
    item: DispatchItem
    sheet: LetterSheet = field(repr=False)
    lines: tuple[str, ...] = field(repr=False)
    at: datetime


class PostCarrier:
    """Carries notices as letters. A parcel has the letters of one claim of a worker. ``rate``: no
    limit: nobody waits for them."""

    rate = 0

    def __init__(self) -> None:
        self._waiting: dict[int, _WaitingLetter] = {}
        self._printed: list[tuple[PrintedFile, dict[int, _WaitingLetter]]] = []
        self._asked: set[int] = set()
        self._parcel = self._letters = 0

    def __enter__(self) -> PostCarrier:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is kept open."""

    @property
    def busy(self) -> bool:
        """Whether a letter waits, or is printed and not sealed."""
        return bool(self._waiting or self._printed)

    def reach(self) -> None:
        """See that letters can be sealed for the print house, and finish what was killed.

        Raises:
            NoChannel: it is not in the promise, or has no key.
        """
        print_house.print_house()
        print_house.sender()
        try:
            recover_folder(print_house.parcel_folder())
        except OSError:
            raise NoChannel(reason="letters-folder-unusable") from None

    def add(
        self, item: DispatchItem, notice: RenderedNotice, *, mail_domain: str, at: datetime
    ) -> None:
        """Let a letter wait to be printed.

        Raises:
            KindMismatch: there is no address, or the notice is none that can be a letter.
        """
        lines = tuple(notice.to.reveal().split("\n"))
        if notice.sheet is None or len(lines) < 2 or not all(map(str.isprintable, lines)):
            raise KindMismatch("not_letter", "a notice with the lines of an address")
        self._waiting[item.id] = _WaitingLetter(item, notice.sheet, lines, at)

    def take_back(self, keys: Collection[int] | None = None) -> set[int]:
        """Forget the letters that are in no parcel yet, all or those with these keys."""
        kept = []
        for file, letters in self._printed:
            if keys is None or letters.keys() & set(keys):
                # The sheets are thrown away; of the others new ones are printed.
                self._waiting |= letters
            else:
                kept.append((file, letters))
        self._printed = kept
        back = set(self._waiting) if keys is None else self._waiting.keys() & set(keys)
        for key in back:
            del self._waiting[key]
        if not self.busy:
            self._parcel = self._letters = 0
        return back

    def pump(self, wait: float) -> list[DeliveryOutcome]:
        """Print one file of letters; or, once all are printed, seal them.

        Raises:
            NoChannel: nothing can be sealed for the print house.
        """
        if done := self._made_before():
            return done
        if not self.busy:
            return []
        try:
            return self._print() if self._waiting else self._seal()
        except (AboveboardError, OSError) as error:
            for _, letters in self._printed:
                self._waiting |= letters
            self._printed = []
            if isinstance(error, NoChannel):
                raise
            code = error.code if isinstance(error, AboveboardError) else "letters_folder_unusable"
            raise NoChannel(reason=code.replace("_", "-")) from None

    def _made_before(self) -> list[DeliveryOutcome]:
        """Return those of which a worker that died made the letter already."""
        new = self._waiting.keys() - self._asked
        if not new:
            return []
        self._asked |= new
        made = parcels.in_parcels(new)
        for key in made:
            del self._waiting[key]
        return [DeliveryOutcome(key, DeliveryVerdict.TAKEN, 0) for key in sorted(made)]

    def _print(self) -> list[DeliveryOutcome]:
        first = next(iter(self._waiting.values()))
        window = window_of(first.sheet.country)
        chosen = {
            key: letter
            for key, letter in self._waiting.items()
            if window_of(letter.sheet.country) == window
            and letter.item.batch_id == first.item.batch_id
        }
        chosen = dict(list(chosen.items())[: limits.LETTERS_A_FILE])
        print_house.print_house(first.sheet.purpose)
        if not self._parcel:
            self._parcel = parcels.begin(first.item.batch_id, first.at)
        numbers = {key: place for place, key in enumerate(chosen, start=self._letters + 1)}
        pages = {key: self._page(letter, numbers[key]) for key, letter in chosen.items()}
        try:
            printed = print_letters(list(pages.values()), window, print_house.sender())
        except LettersNotPrinted:
            log.error("parcel %s: letters could not be set", self._parcel)
            return self._drop(chosen, DeliveryVerdict.PUT_OFF, "letters-not-printed")
        keys = list(chosen)
        refused = [keys[place] for place in printed.refused]
        kept = [key for key in keys if key not in refused]
        self._letters += len(chosen)
        letters = tuple(
            LetterInParcel(
                dispatch_id=key,
                person_id=chosen[key].item.person_id,
                number=numbers[key],
                sheet=chosen[key].sheet,
                language=chosen[key].sheet.notice.language,
                first_page=start,
                pages=count,
                digest=pages[key].digest(),
            )
            for key, (start, count) in zip(kept, printed.pages, strict=True)
        )
        for key in kept:
            del self._waiting[key]
        if kept:
            file = PrintedFile(window.key, window.paper, printed.pdf, letters)
            self._printed.append((file, {key: chosen[key] for key in kept}))
        return self._drop(refused, DeliveryVerdict.REFUSED, NOT_PRINTABLE)

    def _page(self, letter: _WaitingLetter, number: int) -> LetterToPrint:
        notice = letter.sheet.notice
        return LetterToPrint.of(
            notice,
            name=letter.sheet.name.reveal(),
            address=letter.lines,
            reference=f"{self._parcel}-{number}",
            day=print_day(letter.at, notice.language, letter.sheet.country),
        )

    def _seal(self) -> list[DeliveryOutcome]:
        files = [file for file, _ in self._printed]
        letters = {key: letter for _, printed in self._printed for key, letter in printed.items()}
        first = next(iter(letters.values()))
        house = print_house.print_house(first.sheet.purpose)
        try:
            parcels.seal(self._parcel, files, house, at=first.at)
        except IntegrityError:
            # Another worker took them for abandoned, and has made some of these letters.
            self._waiting |= letters
            self._asked -= letters.keys()
            letters = {}
        self._printed, self._parcel, self._letters = [], 0, 0
        return [DeliveryOutcome(key, DeliveryVerdict.TAKEN, 0) for key in letters]

    def _drop(
        self, keys: Collection[int], verdict: DeliveryVerdict, reason: str
    ) -> list[DeliveryOutcome]:
        for key in keys:
            del self._waiting[key]
        if not self.busy:
            self._parcel = self._letters = 0
        return [DeliveryOutcome(key, verdict, 0, reason) for key in keys]


def post_carrier() -> PostCarrier | None:
    """Return what carries letters; None where the settings name no print house."""
    return PostCarrier() if print_house.is_set_up() else None
