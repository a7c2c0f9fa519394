"""Which version of cfn-lint is what stands in for its steps written for? With any other, nothing does."""

WRITTEN_FOR = "1.58.0"
