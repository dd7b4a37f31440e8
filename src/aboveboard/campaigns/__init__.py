"""Campaigns made in the console: a list that somebody uploads, or everybody held, filtered by the
decision, as ``aboveboard campaign`` does with a file.

Promise: nothing happens before it was seen what goes out and how many rows there are; then the
worker decides about each person, and can be stopped and go on; what goes out is a parcel that is
fetched once, and why not is said of every other row. Invariant: a list is kept sealed, its parcel
is sealed to who opens it, and both are gone within a day; only who brought a list sees it.
"""
