"""Copying every table out of a serving database as of one moment, and into an empty one:
SQLite and PostgreSQL."""
