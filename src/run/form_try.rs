//! A form definition tried on one file, for the person who describes a form: what of it is found where, and what is missing.
//!
//! The definition stands in for the form of its id in the pack, or beside the others; the file is read by workers like any fax, and
//! nothing is stored.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::batch::load_pack;
use super::error::RunError;
use super::explain::{ExplainSettings, read_pages};
use crate::assemble::PageOutcome;
use crate::reading::{FormReading, KindScore, PageKind, PageReading};
use crate::rules::{FormDefinition, Pack};

/// A page as the definition sees it.
#[derive(Clone, Debug, Serialize)]
pub struct TriedPage {
    pub page: u32,
    /// Kinds with their scores, best first.
    pub kinds: Vec<KindScore>,
    /// The form's fields and boxes, when the page was taken for the form.
    pub form: Option<FormReading>,
    /// What the one who describes the form should look at.
    pub hints: Vec<String>,
}

/// What came of it.
#[derive(Clone, Debug, Serialize)]
pub struct Tried {
    /// Id of the form.
    pub form: String,
    pub pages: Vec<TriedPage>,
}

/// Reads every page of `settings.file` with `definition` in the pack.
pub fn form_try(definition: &Path, settings: &ExplainSettings) -> Result<Tried, RunError> {
    let text = fs::read_to_string(definition).map_err(RunError::io("read", definition))?;
    let folder = tempfile::tempdir().map_err(RunError::io("create", &std::env::temp_dir()))?;
    let base = load_pack(settings.reading.rules.as_deref())?;
    write_pack(&base, &text, folder.path())?;
    // The folder is temporary: a problem of the definition is told under its own name.
    let problems = Pack::check(folder.path()).map_err(|error| RunError::Rules(error.to_string()))?;
    if !problems.is_empty() {
        let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
        let told = told.join("\n").replace(TRIED, &definition.display().to_string());
        return Err(RunError::Rules(told));
    }
    let pack = Pack::load(folder.path()).map_err(|error| RunError::Rules(error.to_string()))?;
    let Some(form) = pack.forms.iter().find(|form| text_has_id(&text, &form.id)) else {
        return Err(RunError::Rules(format!("{}: the definition has no id", definition.display())));
    };
    let mut settings = settings.clone();
    settings.reading.rules = Some(folder.path().to_owned());
    let pages = read_pages(&settings, &pack)?;
    let pages = pages.iter().map(|(number, outcome)| tried(*number, outcome, form)).collect();
    Ok(Tried { form: form.id.clone(), pages })
}

/// Where the definition stands in the temporary pack.
const TRIED: &str = "forms/tried-definition.toml";

/// Another form of the same id gives way.
fn write_pack(base: &Pack, definition: &str, folder: &Path) -> Result<(), RunError> {
    let write = |name: &str, text: &str| {
        let path: PathBuf = folder.join(name);
        path.parent().map_or(Ok(()), fs::create_dir_all).map_err(RunError::io("create", &path))?;
        fs::write(&path, text).map_err(RunError::io("write", &path))
    };
    let id = id_of(definition);
    for file in base.files() {
        let gives_way = file.path.starts_with("forms/") && id.is_some() && id_of(&file.text) == id;
        if !gives_way {
            write(&file.path, &file.text)?;
        }
    }
    write(TRIED, definition)
}

fn id_of(definition: &str) -> Option<String> {
    let table: toml::Table = definition.parse().ok()?;
    table.get("id")?.as_str().map(str::to_owned)
}

fn text_has_id(definition: &str, id: &str) -> bool {
    id_of(definition).as_deref() == Some(id)
}

fn tried(page: u32, outcome: &PageOutcome, form: &FormDefinition) -> TriedPage {
    match outcome {
        PageOutcome::Rejected(rejection) => TriedPage {
            page,
            kinds: Vec::new(),
            form: None,
            hints: vec![format!("the page cannot be read: {rejection}")],
        },
        PageOutcome::Read(reading) => {
            let found = reading.form.as_ref().filter(|found| found.form == form.id);
            let hints = found.map_or_else(|| not_taken(reading, form), |found| of_form(reading, found, form));
            TriedPage { page, kinds: reading.kinds.clone(), form: found.cloned(), hints }
        }
    }
}

fn not_taken(reading: &PageReading, form: &FormDefinition) -> Vec<String> {
    let wanted = PageKind::Form(form.id.clone());
    let place = reading.kinds.iter().position(|kind| kind.kind == wanted);
    let reasons = |at: usize| reading.kinds.get(at).map(|k| k.reasons.join(", ")).unwrap_or_default();
    match place {
        None => vec![
            "nothing of the form was found on this page: add its own heading to `titles` and its labels to the fields"
                .to_owned(),
        ],
        Some(at) if !reasons(at).contains("title") => vec![format!(
            "the page was not taken for this form, of which it shows {}: its heading is not among the `titles`",
            reasons(at)
        )],
        Some(at) => vec![format!(
            "the page was not taken for this form, of which it shows {}: add lines that only this form has to `anchors`, and the labels that it prints",
            reasons(at)
        )],
    }
}

/// Distance of labels from straight rows, in letter heights, beyond which the rows are hardly this form's.
const CROOKED: f32 = 0.6;

fn of_form(reading: &PageReading, found: &FormReading, form: &FormDefinition) -> Vec<String> {
    let mut hints = Vec::new();
    let is_field = |id: &str| form.fields.iter().any(|field| field.id == id);
    for id in &found.registration.missing {
        hints.push(if is_field(id) {
            format!("`{id}`: none of its labels was found; add the words that this form prints for it to `labels`, or leave the field out")
        } else {
            format!("`{id}`: the option's label was not found; add the words that stand beside its box to `labels`")
        });
    }
    let mut heights: Vec<i32> = reading.words.iter().map(|word| word.rect.height()).collect();
    heights.sort_unstable();
    let letter = heights.get(heights.len() / 2).copied().unwrap_or(0) as f32;
    if found.registration.residual > CROOKED * letter && letter > 0.0 {
        hints.push(format!(
            "labels lie {:.1} pixels off their rows: one of them may be a word of the text and not a label",
            found.registration.residual
        ));
    }
    let empty = |field: &&crate::reading::FieldReading| field.zone.area() <= 0;
    for field in found.fields.iter().filter(empty) {
        hints.push(format!("`{}`: no room for a value was found beside its label", field.field));
    }
    hints
}
