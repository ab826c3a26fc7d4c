//! How far the run is: a bar on a terminal that moves with every page, plain lines elsewhere.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tracing::info;

/// How progress is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    /// A moving bar on stderr.
    Bar,
    /// A line now and then.
    Lines,
    Nothing,
}

/// Between two plain lines.
const BETWEEN_LINES: Duration = Duration::from_secs(10);

/// Counts of one stretch of work.
#[derive(Debug)]
pub struct Progress {
    show: Show,
    bar: ProgressBar,
    what: &'static str,
    total: u64,
    /// Done so far, and when the last line was written.
    state: Mutex<(u64, Instant)>,
}

/// The bar that is on the terminal now, so that messages are written above it and not through it.
static ON_TERMINAL: Mutex<Option<ProgressBar>> = Mutex::new(None);

impl Progress {
    /// `what` is counted in the plural: `files`, `pages`.
    pub fn new(show: Show, what: &'static str, total: usize) -> Self {
        let total = total as u64;
        let bar = match show {
            Show::Bar => ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr()),
            Show::Lines | Show::Nothing => ProgressBar::hidden(),
        };
        if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}  {per_sec}  {eta} left") {
            bar.set_style(style);
        }
        bar.set_message(what);
        if show == Show::Bar {
            bar.enable_steady_tick(Duration::from_millis(500));
            set_on_terminal(Some(bar.clone()));
        }
        Progress { show, bar, what, total, state: Mutex::new((0, Instant::now())) }
    }

    /// One more is done.
    pub fn tick(&self) {
        self.bar.inc(1);
        if self.show != Show::Lines {
            return;
        }
        let Ok(mut state) = self.state.lock() else { return };
        state.0 += 1;
        if state.0 == self.total || state.1.elapsed() >= BETWEEN_LINES {
            state.1 = Instant::now();
            info!(done = state.0, of = self.total, "{}", self.what);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.show == Show::Bar {
            set_on_terminal(None);
        }
        self.bar.finish_and_clear();
    }
}

fn set_on_terminal(bar: Option<ProgressBar>) {
    if let Ok(mut on_terminal) = ON_TERMINAL.lock() {
        *on_terminal = bar;
    }
}

/// Does `write` with the bar out of the way.
pub fn above_the_bar<T>(write: impl FnOnce() -> T) -> T {
    let bar = ON_TERMINAL.lock().ok().and_then(|bar| bar.clone());
    match bar {
        Some(bar) => bar.suspend(write),
        None => write(),
    }
}
