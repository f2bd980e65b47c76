"""Real programs: work for published packages, of which requirements.txt pins the releases."""
