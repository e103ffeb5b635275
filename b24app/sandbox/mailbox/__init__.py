"""A mailbox for everybody: SMTP in, pages and JSON out."""
