"""How the house is run: the promise that staff act under, and the settings of this instance."""
