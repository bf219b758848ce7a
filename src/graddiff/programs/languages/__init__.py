"""The languages that programs are written in, one file for each, as data for the code writer."""
