"""Benches: each figure beside a floor program run in the same minute, so that the ratio
holds on any machine."""
