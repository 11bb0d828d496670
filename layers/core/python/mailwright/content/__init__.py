"""From the files a marketer edits to one checked, compiled Content; and back from that file at run time."""
