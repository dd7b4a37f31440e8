"""``vault:https://HOST:PORT/MOUNT/KEY``: the root key inside OpenBao or HashiCorp Vault, which
wrap and unwrap with it.

Public: ``engine.TransitProvider``.
"""
