"""From TOML text and overrides to a checked case."""
