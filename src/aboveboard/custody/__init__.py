"""Where data physically is: devices, sticks, discs, paper, and the files that were put on them.

Promise: for anything that can be lost, say exactly whose data is on it, and which.

Invariants: an export never leaves without its manifest; every person asked for is on the manifest,
those that the decision refused with the reasons; a device's state and holder are rows with who and
when.

``actions`` adds a device, hands it over, reports it missing or found, and retires it;
``exporting`` makes a file, of everyone in a ``selection`` or of a list; ``parcel`` and ``manifest``
are its format (``FORMAT.md``); ``queries`` reads all of it.
"""
