"""Sign-in, seen from outside: one file per page, the same questions asked of each."""
