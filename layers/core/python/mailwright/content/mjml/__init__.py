"""MJML with Jinja2 in it: included, read, checked, and compiled to an HTML source and its plain-text twin."""
