"""Who uses which computed values: ``forward`` followed on tensors without values, and walked backwards from its outputs."""
