"""E-mail by providers, through django-anymail: ``carrier`` hands messages over, ``services`` knows
the providers, ``door`` sees that all calls leave by the one way outwards."""
