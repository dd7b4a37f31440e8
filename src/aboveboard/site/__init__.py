"""The only place that joins the packages: Django settings, urls, wsgi, and the
look that every page shares.

Invariant: no rule lives here, and nothing below imports it.
"""
