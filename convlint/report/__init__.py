"""Reports: findings, in; text, JSON, SARIF and annotations, out. One file for each format."""
