"""What must stay, rest or go: legal holds, restrictions, sweeps, and two records of one person.
For the privacy lead."""
