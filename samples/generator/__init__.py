"""Draws synthetic fax transmissions with their truth: `python -m generator --help` from the folder samples/."""
