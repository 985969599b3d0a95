"""The dialects of config files that convlint reads, one in each file; they are found as a third party's are."""
