"""Digital-twin thermal solver for underwater data centres."""
