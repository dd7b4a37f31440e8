"""Systems behind an HTTP API, by a declaration: a file of the catalogue, or of one's own.

Promise: a declaration names calls, and where in an answer things are; it holds no program and no
secret, and a value that is filled in never becomes syntax. What is searched for is looked at again
in what comes back, so that a search that finds more than was asked for finds nobody else.

Public: ``listing`` (the catalogue, and this kind of system), ``fides`` (reading the declarations of
another product into drafts).
"""
