"""The law as data: duties to notify, what they cover, and whom they name; each
entry dated and sourced.

Promise: every figure of the law that the product states comes from a file in this folder, with the
date it was checked and how. ``catalogue`` loads the duties and picks them by date, ``definitions``
says which data a law covers, ``authorities`` names the authority of each EEA country.

Invariant: an entry that cannot be read stops the start; none is left out because it is odd.
"""
