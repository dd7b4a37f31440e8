"""What stands between the server and Django: a request's body is taken in before a thread is
given, with a limit and a deadline, so that whoever sends slowly, or never ends, holds up nobody.

Granian speaks HTTP and calls ``site.asgi.application``, a coroutine a request. It

1. translates the request's head for Django, without headers that could pass for others;
2. asks how large a body this address takes, and of whom it takes a file (``bodies``);
3. collects the body (``collecting``): in memory up to a small limit, sealed on the disk where a
   route declares a file and the gate lets the sender in (``uploads``), piece by piece for a stream;
4. lends one of a few threads to Django, for as long as the answer takes (``threads``), each network
   address in turn (``turns``);
5. sends the answer, and gives up on a receiver who does not take it.

Why not the server's own WSGI, which is simpler: docs/decisions/0030-bodies-before-threads.md.
"""
