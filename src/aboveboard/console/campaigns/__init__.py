"""Campaigns: a list, or everybody held, filtered by the decision, with its parcel to fetch."""
