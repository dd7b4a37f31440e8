"""Other systems, by declaration: each kind is held to ``contract``."""
