"""The command line: words in, an answer or one line of trouble out."""
