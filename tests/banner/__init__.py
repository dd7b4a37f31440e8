"""The panel on the organisation's own website."""
