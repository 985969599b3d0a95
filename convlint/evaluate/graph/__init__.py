"""Who uses which values: ``forward`` is followed on tensors without values, and walked backwards from its outputs."""
