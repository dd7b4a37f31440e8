"""Promises of ``group``: one portal over several instances."""
