"""What finds secrets in a text: one file for each way in which one shows."""
