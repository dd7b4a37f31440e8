"""The documents run: every command of README, tutorial and guides is typed as a reader would."""
