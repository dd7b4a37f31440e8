"""Where data physically is: devices, sticks, discs, paper, and the files that were put on them.

Promise: for anything that can be lost, say exactly whose data is on it, and which.

Invariants: an export never leaves without its manifest; every person asked for is on the manifest,
those that the decision refused with the reasons; the state of a device is a row with who and when.

Public: ``actions.register_device``, ``actions.make_export``, ``actions.report_missing``,
``actions.report_found``, ``actions.retire``;
``selecting.everyone_for``; ``parcel``, ``manifest.sheet`` (format: ``FORMAT.md``);
``queries.devices``, ``queries.device``, ``queries.device_by_tag``, ``queries.exports``,
``queries.export_people``, ``queries.manifest``.
"""
