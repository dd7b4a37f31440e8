"""The case of an incident: what there is to do, and who does it.

Promise: each task is done, or somebody said why it is not needed; whatever is added, given to
somebody or ended is a line of the timeline and an entry of the ledger.
"""
