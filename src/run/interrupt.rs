//! SIGINT, SIGTERM and SIGHUP: finish the pages in hand, keep them, and end.

use std::sync::atomic::{AtomicBool, Ordering};

static ASKED: AtomicBool = AtomicBool::new(false);

/// Listens from now on. The first signal asks the run to end; the second ends the program at once (what the journal holds stays good).
pub fn listen() -> Result<(), ctrlc::Error> {
    ctrlc::set_handler(|| {
        if ASKED.swap(true, Ordering::SeqCst) {
            std::process::exit(130);
        }
    })
}

/// Whether the run has been asked to end.
pub fn asked() -> bool {
    ASKED.load(Ordering::SeqCst)
}
