"""Stands for MONAI 1.6: its convolution block and its tables of layers. Its networks are not modelled."""
