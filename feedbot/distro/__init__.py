"""What a distributor says of its own packages. One file a distributor; its word decides over an upstream range."""
