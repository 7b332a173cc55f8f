"""What a run found: key numbers, trees, files."""
