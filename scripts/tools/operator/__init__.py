"""What an operator does: open accounts, save strategies, issue keys, halt and resume, make partitions."""
