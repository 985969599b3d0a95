"""Stands for huggingface_hub.hf_api of huggingface_hub 2.4: what lies on a server is unknown."""
