"""Read Japanese and English prose: sections, affected-version phrases, dates, identifiers. Pure."""
