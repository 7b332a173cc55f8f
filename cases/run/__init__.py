"""Running a case: levels, marches, checkpoints, progress."""
