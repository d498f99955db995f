"""The commands on people's own files as a page in the browser: `gapworks app`."""
