"""Hostile bytes for every parser of a publisher's text (RELIABILITY.md, N6)."""
