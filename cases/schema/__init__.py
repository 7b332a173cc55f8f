"""What a case is: frozen models with units, bounds and reasons."""
