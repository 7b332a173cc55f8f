"""Many runs of one case: plan, axes, file."""
