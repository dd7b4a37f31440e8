"""Explaining decisions to the privacy lead, without opening anything."""
