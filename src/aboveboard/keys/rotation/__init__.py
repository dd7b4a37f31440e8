"""Changing root and wrapping keys while serving; splitting and recovering a root key."""
