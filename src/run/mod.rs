//! The batch: worker pool, resume, progress, limits.
