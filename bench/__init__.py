"""Benchmarks: each module measures feedbot against a peer or a limit in one run; never a timed test."""
