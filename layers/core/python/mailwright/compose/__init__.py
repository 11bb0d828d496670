"""From a template and one person to subject, HTML, text and MIME. Pure."""
