//! Messages on stderr, as text for people or JSON for collectors.
//!
//! No message may hold a value, a person's name or recognised text: codes, counts, page numbers and hashes only.

use std::fmt;
use std::io::{self, Write};

use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Level, Subscriber, error};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use super::args::{LogFormat, Messages};
use crate::run::progress::above_the_bar;

/// Starts logging for the rest of the program's life.
pub fn start(messages: &Messages) {
    let level = match (messages.quiet, messages.verbose) {
        (true, _) => LevelFilter::ERROR,
        (false, 0) => LevelFilter::INFO,
        (false, 1) => LevelFilter::DEBUG,
        (false, _) => LevelFilter::TRACE,
    };
    let builder = tracing_subscriber::fmt().with_max_level(level).with_writer(|| AboveTheBar);
    // A second start, in tests, keeps the first.
    let _ = match messages.log_format {
        LogFormat::Text => tracing::subscriber::set_global_default(builder.event_format(ForPeople).finish()),
        LogFormat::Json => tracing::subscriber::set_global_default(builder.json().with_target(false).finish()),
    };
    // A panic's message may quote a document (a slice inside a character prints the text): only its place is told.
    std::panic::set_hook(Box::new(|panic| {
        let (file, line) = panic.location().map_or(("?", 0), |place| (place.file(), place.line()));
        error!(
            help = "the place says what to look for; `faxtriage redact RUN` makes a report without pixels or text",
            file, line, "the program broke"
        );
    }));
}

struct AboveTheBar;

impl Write for AboveTheBar {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        above_the_bar(|| io::stderr().lock().write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().lock().flush()
    }
}

/// `warning: message (field value, …)`, and a `help:` line of its own.
struct ForPeople;

impl<S, N> FormatEvent<S, N> for ForPeople
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut parts = Parts::default();
        event.record(&mut parts);
        let level = match *event.metadata().level() {
            Level::ERROR => "error: ",
            Level::WARN => "warning: ",
            Level::INFO => "",
            Level::DEBUG | Level::TRACE => "debug: ",
        };
        write!(writer, "{level}{}", parts.message)?;
        if !parts.fields.is_empty() {
            write!(writer, " ({})", parts.fields.join(", "))?;
        }
        writeln!(writer)?;
        match parts.help {
            Some(help) => writeln!(writer, "help: {help}"),
            None => Ok(()),
        }
    }
}

#[derive(Default)]
struct Parts {
    message: String,
    help: Option<String>,
    fields: Vec<String>,
}

impl Visit for Parts {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "message" => self.message = value.to_owned(),
            "help" => self.help = Some(value.to_owned()),
            name => self.fields.push(format!("{name} {value}")),
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}
