"""The Python front end: text to the lowered form that the evaluator reads."""
