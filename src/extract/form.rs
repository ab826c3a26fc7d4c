//! Fitting a form definition to a page and reading it.

use super::choices::{MarkSource, read_choices};
use super::fields::{FieldSource, read_fields};
use super::labels::{Label, LabelIndex, Print, Target, find_labels};
use super::meaning::Meanings;
use super::placing::place;
use super::sheet::Sheet;
use super::stated::texts_in;
use super::zones::Surroundings;
use crate::decode::FormValue;
use crate::geometry::Rect;
use crate::ocr::LineReader;
use crate::page::{MarkBand, PreparedPage};
use crate::reading::{FormReading, FoundLabel, Registration};
use crate::rules::FormDefinition;

/// A page ready to have forms fitted to it.
pub struct FormPage<'a> {
    pub page: &'a PreparedPage,
    /// 1-based, within the file.
    pub number: u32,
    pub sheet: &'a Sheet,
    pub form_values: &'a [FormValue],
    pub text_layer: bool,
    pub band: MarkBand,
    pub meanings: &'a Meanings<'a>,
}

/// A form definition's labels on a page, before anything is read.
pub struct Fit<'a> {
    pub form: &'a FormDefinition,
    pub labels: Vec<Label>,
}

impl<'a> Fit<'a> {
    /// Finds the labels of `form` on `sheet`.
    pub fn new(form: &'a FormDefinition, sheet: &Sheet) -> Fit<'a> {
        Fit { form, labels: find_labels(sheet, &LabelIndex::of_pack(form), form) }
    }

    /// Distinct fields and options whose labels were found.
    pub fn found(&self) -> usize {
        let mut targets: Vec<Target> = self
            .labels
            .iter()
            .map(|l| l.target)
            .filter(|t| matches!(t, Target::Field(_) | Target::Option(..)))
            .collect();
        targets.sort();
        targets.dedup();
        targets.len()
    }

    /// Whether the form's title was found.
    pub fn titled(&self) -> bool {
        self.labels.iter().any(|l| l.target == Target::Title)
    }

    /// Reads every field and choice of the fitted form.
    pub fn read(
        &self,
        page: &FormPage<'_>,
        second: Option<&mut (dyn LineReader + '_)>,
        digits: Option<&mut (dyn LineReader + '_)>,
    ) -> FormReading {
        let around = Surroundings::new(page.page, &self.labels, page.sheet.letter_height);
        let print = Print::of(&self.labels, page.sheet);
        let ink = |zone: &Rect| {
            let printed: u64 =
                print.rects.iter().map(|p| page.page.writing.count(&p.inflate(1, 1).intersect(zone))).sum();
            // What a field of the file says is written there, whether or not the page shows it.
            let stated = texts_in(page.form_values, zone).iter().map(|(_, text)| text.len() as u64).sum::<u64>();
            let letter = (page.sheet.letter_height * page.sheet.letter_height / 4) as u64;
            page.page.writing.count(zone).saturating_sub(printed) + stated * letter
        };
        let text = |zone: &Rect| {
            let stated = texts_in(page.form_values, zone).into_iter().map(|(_, text)| text);
            let written = print.written_in(page.sheet, zone);
            let words = written.iter().map(|&t| page.sheet.tokens[t].text.as_str());
            words.chain(stated).collect::<Vec<_>>().join(" ")
        };
        let prose_above = |zone: &Rect| page.sheet.prose_bottom(zone);
        let (placed, style) = place(&around, self.form, &self.labels, ink, text, prose_above);
        let fields = read_fields(
            self.form,
            &placed,
            &FieldSource {
                page: page.page,
                number: page.number,
                sheet: page.sheet,
                labels: &self.labels,
                print: &print,
                form_values: page.form_values,
                text_layer: page.text_layer,
                meanings: page.meanings,
            },
            second,
            digits,
        );
        let choices = read_choices(
            self.form,
            &MarkSource {
                page: page.page,
                number: page.number,
                labels: &self.labels,
                form_values: page.form_values,
                band: page.band,
                sheet: page.sheet,
            },
            &around,
        );
        let registration = Registration {
            labels: self
                .labels
                .iter()
                .map(|l| FoundLabel { id: self.name(l.target), rect: l.rect, distance: l.distance })
                .collect(),
            missing: self.missing(),
            placement: style.map_or_else(String::new, |s| s.name().to_owned()),
            residual: residual(&self.labels, page.sheet.letter_height),
        };
        FormReading { form: self.form.id.clone(), registration, fields, choices }
    }

    fn name(&self, target: Target) -> String {
        match target {
            Target::Title => "title".to_owned(),
            Target::Anchor => "anchor".to_owned(),
            Target::Field(i) => self.form.fields[i].id.clone(),
            Target::Option(i, j) => self.form.choices[i].options[j].id.clone(),
            Target::Heading(i) => format!("{} (heading)", self.form.choices[i].id),
            Target::Section(i) => format!("{} (section)", self.form.sections[i].group),
            Target::IgnoreBelow => "not the office's".to_owned(),
        }
    }

    fn missing(&self) -> Vec<String> {
        let fields = (0..self.form.fields.len()).map(Target::Field);
        let options = self
            .form
            .choices
            .iter()
            .enumerate()
            .flat_map(|(i, choice)| (0..choice.options.len()).map(move |j| Target::Option(i, j)));
        fields.chain(options).filter(|t| !self.labels.iter().any(|l| l.target == *t)).map(|t| self.name(t)).collect()
    }
}

/// How far labels lie from shared columns: each label's distance from the nearest left edge of another one, when that is within a
/// letter, as a root mean square. A well deskewed form has a fraction of a letter.
fn residual(labels: &[Label], letter: i32) -> f32 {
    let edges: Vec<i32> = labels
        .iter()
        .filter(|l| matches!(l.target, Target::Field(_) | Target::Option(..)))
        .map(|l| l.rect.left)
        .collect();
    let distances: Vec<f32> = edges
        .iter()
        .enumerate()
        .filter_map(|(i, edge)| {
            let others = edges.iter().enumerate().filter(|(j, _)| *j != i);
            others.map(|(_, other)| (edge - other).abs()).min().filter(|d| *d <= letter)
        })
        .map(|d| d as f32)
        .collect();
    if distances.is_empty() {
        return 0.0;
    }
    (distances.iter().map(|d| d * d).sum::<f32>() / distances.len() as f32).sqrt()
}

#[cfg(test)]
#[path = "form_tests.rs"]
mod tests;
