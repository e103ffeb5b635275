"""Documents: bytes in, bytes out.

The modules beside this file are light: a web worker may import all of them. Whatever parses, draws or typesets
lives in `jobs/` (and `typesetting`, which serves jobs) and is imported only inside a guarded child process.
"""
