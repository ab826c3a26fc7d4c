//! The queue: rows, CSV, JSONL, report, run record.
