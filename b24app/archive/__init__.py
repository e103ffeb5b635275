"""A portal as one file: the format, written and read (docs/archive-format.md). Knows no tables and no services."""
