"""What other systems know of devices, taken into the register: Fleet and osquery, Intune, Jamf Pro,
Snipe-IT, or a spreadsheet.

``reading.read_inventory`` reads a file into rows and what is wrong with each, and
``taking_in.take_in`` compares them with the register. ``columns.yaml`` has what the columns are
called; ``encryption`` says what their words mean.
"""
