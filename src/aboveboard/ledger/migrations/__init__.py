"""The schema of this room, as Django wrote it."""
