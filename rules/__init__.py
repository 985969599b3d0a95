"""convlint's own rules, one file each; loaded through the entry point group ``convlint.rules`` like any plugin's."""
