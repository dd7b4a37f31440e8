"""The only door outwards for connectors: where a call may go, and how much may come back.

Promise: nobody who writes a declaration, and no system that answers, makes us speak to an address
inside our own network that the declaration does not name. A name is resolved once; every address
that it has is judged; the connection goes to an address that was judged, and TLS checks the
certificate against the name. A redirect is a new call, judged anew, and takes no credentials to
another host. Bodies, headers, time, redirects and tries are bounded. Proxies of the environment are
not used.

Public: ``addresses`` (what is an address outside), ``sockets`` (a connection to it), ``client``
(HTTP over it).
"""
