"""The review desk and public pages: a room kept for them."""
