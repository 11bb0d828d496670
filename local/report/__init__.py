"""The report: who heard what, when and why, with every email as it would look. One self-contained HTML file."""
