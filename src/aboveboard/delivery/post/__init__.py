"""Notices as letters: set as PDF, sealed for a print house, and followed until they were posted or
came back.

Promise: a letter is in one parcel, until the print house says that it spoiled it or that the post
brought it back; where each letter stands is a row.
Invariant: an address and a name are in memory, and in the parcel that only the print house opens.

``addresses`` puts the lines of an address in the order of its country, ``windows`` says where the
window of an envelope is, ``printing`` sets letters (all three know no database); ``carrier`` is the
channel by the contract of :mod:`aboveboard.delivery.channels`; ``parcels`` seals and hands over,
``reports`` takes in what the print house says, ``queries`` shows both. ``FORMAT.md`` is for the
print house.
"""
