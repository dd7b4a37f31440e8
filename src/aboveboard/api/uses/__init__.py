"""Uses over HTTP: one, a batch, a stream; and how those that come at the same
moment share a transaction."""
