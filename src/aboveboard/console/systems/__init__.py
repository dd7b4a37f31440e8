"""The organisation's other systems: what is connected, whether it works, and what personal data was
found in it. For the privacy lead and administrators."""
