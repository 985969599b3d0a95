"""Stands for huggingface_hub.file_download of huggingface_hub 2.4: what lies on a server is unknown."""
