"""How the database is asked on the path of every use."""
