"""Benchmarks: each subject against a baseline on the same server and database, requests alternating."""
