"""Set-up of a machine for working on Aboveboard. Standard library only: these run before
anything is installed."""
