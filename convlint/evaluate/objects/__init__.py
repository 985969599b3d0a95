"""What can be done with values: operators, attributes, items, calls, and the classes that Python completes."""
