"""Pictures of result files. Reads results only, never the solver."""
