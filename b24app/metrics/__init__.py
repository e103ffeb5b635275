"""Figures for operators at /metrics: what happened (counted by processes), how things stand (in the database)."""
