"""Cases that regulators published, on the path of production."""
