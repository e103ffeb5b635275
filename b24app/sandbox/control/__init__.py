"""Start page and control API of the sandbox."""
