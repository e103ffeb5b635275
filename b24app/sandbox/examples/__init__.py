"""Example data: two companies that know nothing of each other."""
