"""Does a fault in the core go unnoticed? ``python -m scripts.mutants --help``."""
