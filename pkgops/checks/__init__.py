"""Rules for templates, for the code of their functions and for the files of a project."""
