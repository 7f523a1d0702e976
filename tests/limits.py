"""How long hostile input may take in a test."""

import os

SECONDS = float(os.environ.get("FEEDBOT_SECONDS", "30"))
"""CPU seconds of one hostile input. What blows up takes minutes, a busy or slow machine several times what a quiet one
takes: so the suite's limit is wide. The bar of 2 seconds is measured on a quiet machine: FEEDBOT_SECONDS=2."""
