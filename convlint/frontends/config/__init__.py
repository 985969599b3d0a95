"""The front end for YAML, JSON and darknet files: text to nodes, nodes to layer facts, one file for each dialect."""
