"""Commands that make backups and bring an instance back from one."""
