"""The texts of the app: those of a language are one file, ``<language>.json``. Another language is another file."""
