"""Several at once, with real threads and connections of their own: an erasure and reads, a choice
and a batch, two merges."""
