"""Proof of what happened: the audit trail, the certificate page, the seal, and checking all of them.

Importing this room stays light: pyHanko takes seconds to load, so only modules whose names begin with an underscore
and the jobs touch it, and they are imported where the work is done.
"""
