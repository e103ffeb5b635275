"""What an employee sees of the portal in a browser."""
