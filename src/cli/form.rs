//! `faxtriage form`.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::num::NonZeroUsize;

use chrono::Local;

use super::args::{FormArguments, FormCommand, FormTryArguments};
use super::{Failure, exit, run};
use crate::answer::Reading;
use crate::geometry::Rect;
use crate::reading::{FormReading, PageKind};
use crate::run::explain::ExplainSettings;
use crate::run::form_try::{Tried, TriedPage, form_try};

pub fn execute(typed: FormArguments) -> Result<u8, Failure> {
    let FormCommand::Try(FormTryArguments { definition, file, json, images, reading }) = typed.command;
    for path in [&definition, &file] {
        if !path.is_file() {
            return Err(Failure::cannot_run(format!("not a file: {}", run::shown(path))));
        }
    }
    let as_of = Local::now().date_naive();
    let settings = ExplainSettings {
        file,
        roster: None,
        as_of,
        jobs: std::thread::available_parallelism().map_or(1, NonZeroUsize::get),
        reading: run::reading(reading, as_of)?,
        images,
    };
    let tried = form_try(&definition, &settings)?;
    let mut out = io::stdout().lock();
    if json {
        serde_json::to_writer_pretty(&mut out, &tried).map_err(io::Error::from)?;
        writeln!(out)?;
    } else {
        write!(out, "{}", told(&tried))?;
    }
    let taken = tried.pages.iter().any(|page| page.form.is_some());
    Ok(if taken { exit::SUCCESS } else { exit::DIFFERENCES })
}

fn told(tried: &Tried) -> String {
    let mut text = format!("form {}\n", tried.form);
    for page in &tried.pages {
        let told = page_told(&mut text, page);
        debug_assert!(told.is_ok(), "writing into a string");
    }
    text
}

fn page_told(text: &mut String, page: &TriedPage) -> std::fmt::Result {
    writeln!(text, "\npage {}", page.page)?;
    for kind in page.kinds.iter().take(3) {
        writeln!(text, "  {:<38} {:.2}  {}", kind_name(&kind.kind), kind.score, kind.reasons.join(", "))?;
    }
    if let Some(form) = &page.form {
        form_told(text, form)?;
    }
    for hint in &page.hints {
        writeln!(text, "  hint: {hint}")?;
    }
    Ok(())
}

fn form_told(text: &mut String, form: &FormReading) -> std::fmt::Result {
    let registration = &form.registration;
    writeln!(
        text,
        "  labels found {}, missing {}; values stand {}; {:.1} pixels off their rows",
        registration.labels.len(),
        registration.missing.len(),
        if registration.placement.is_empty() { "nowhere in particular" } else { registration.placement.as_str() },
        registration.residual,
    )?;
    for label in &registration.labels {
        writeln!(text, "    label {:<36} at {:<22} distance {:.2}", label.id, place(&label.rect), label.distance)?;
    }
    for field in &form.fields {
        let value = match &field.reading {
            Reading::Blank => "blank".to_owned(),
            Reading::Unreadable => format!("unreadable, {:?}", field.raw),
            Reading::Read(value) => format!("{:?}", value.to_column()),
        };
        writeln!(
            text,
            "    field {:<36} in {:<22} {value} ({:.2})",
            field.field,
            place(&field.zone),
            field.confidence.get()
        )?;
    }
    for option in form.choices.iter().flat_map(|choice| &choice.options) {
        let mark = format!("{:?}", option.mark).to_lowercase();
        writeln!(
            text,
            "    box   {:<36} at {:<22} {mark}, ink {:.2}",
            option.option,
            place(&option.rect),
            option.fill
        )?;
    }
    Ok(())
}

fn place(rect: &Rect) -> String {
    format!("{},{} to {},{}", rect.left, rect.top, rect.right, rect.bottom)
}

fn kind_name(kind: &PageKind) -> String {
    match kind {
        PageKind::Form(id) => format!("form {id}"),
        PageKind::OtherPlanForm => "form of another plan".to_owned(),
        PageKind::Attachment(kind) => kind.name().to_owned(),
        other => format!("{other:?}").to_lowercase(),
    }
}
