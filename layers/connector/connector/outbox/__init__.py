"""What is to be posted: entries, list elements and message sets, and the rules that keep each exactly once."""
