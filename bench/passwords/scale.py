"""The list at the size of two billion: ``python -m bench.passwords.scale FOLDER [FILES]``. Not part
of ``make bench``: 206 files, which is a twentieth of such a list, are 100 million and 1.9 GB.

What is real: files as large as two billion passwords make them, written in the list's form, and
looked up by the code that looks up in it, from the page cache and read again from the disk. The
other files of a whole list would lie beside these, and no look-up opens more than one.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from aboveboard.credentials.breached import shard
from aboveboard.credentials.breached.breached_list import BreachedList, file_name
from bench.passwords.made import BUCKET, write_shard

FILES = 206
ASKED = 2_000


def main() -> None:
    """Write it, and ask."""
    folder = Path(sys.argv[1])
    files = int(sys.argv[2]) if len(sys.argv) > 2 else FILES
    folder.mkdir(parents=True, exist_ok=True)
    start = time.perf_counter()
    known = [digest for number in range(files) for digest in write_shard(folder, number, wanted=20)]
    entries = files * shard.BUCKETS * BUCKET
    size = sum((folder / file_name(number)).stat().st_size for number in range(files))
    print(f"{entries:,} entries, {size / 1e9:.2f} GB, in {time.perf_counter() - start:.0f} s")
    whole = shard.SHARDS * size / files
    print(f"a whole list of {entries * shard.SHARDS // files:,}: {whole / 1e9:.1f} GB")
    here = BreachedList(folder)
    asked = [known[turn * 31 % len(known)] for turn in range(ASKED)]
    strangers = [digest[:12] + os.urandom(8) for digest in asked]
    for name, digests, expected in (("known", asked, ASKED), ("unknown", strangers, 0)):
        for cold in (True, False):
            found, times = 0, []
            for digest in digests:
                if cold:
                    _forget(folder / file_name(digest[0] << 4 | digest[1] >> 4))
                start = time.perf_counter()
                found += bool(here.count_digest(digest))
                times.append(time.perf_counter() - start)
            times.sort()
            median, worst = times[len(times) // 2], times[int(len(times) * 0.99)]
            where = "from the disk" if cold else "from the cache"
            print(
                f"{name}, {where}: {found:,} of {ASKED:,} (expected {expected:,}), "
                f"median {median * 1e6:.0f} us, 99 of 100 in {worst * 1e6:.0f} us"
            )


def _forget(path: Path) -> None:
    with path.open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


if __name__ == "__main__":
    main()
