"""The library of cases, one TOML file each."""
