"""The people who work here: invited, given a role, let go; and a second step that was lost."""
