"""Work that must happen: written with the change that causes it, claimed, run, retried."""
