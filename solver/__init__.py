"""The finite-volume core and the physics on it: arrays in, arrays out; it knows no files."""
