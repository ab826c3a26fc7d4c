//! Work in plain code that is compiled for each vector unit, and run on the best one that the processor has.

/// A piece of work. `run` and what it calls must be `#[inline(always)]` to be compiled for the vector unit.
pub(crate) trait Task {
    fn run(self);
}

/// Runs a task on the best vector unit.
#[cfg(target_arch = "x86_64")]
pub(crate) fn vectorized(task: impl Task) {
    use pulp::x86::{V3, V4};
    if let Some(unit) = V4::try_new() {
        unit.vectorize(
            #[inline(always)]
            || task.run(),
        );
    } else if let Some(unit) = V3::try_new() {
        unit.vectorize(
            #[inline(always)]
            || task.run(),
        );
    } else {
        task.run();
    }
}

/// Runs a task; other processors' vector units are part of their base.
#[cfg(not(target_arch = "x86_64"))]
pub(crate) fn vectorized(task: impl Task) {
    task.run();
}
