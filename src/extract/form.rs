//! Fitting a form definition to a page and reading it.

use super::choices::{MarkSource, read_choices};
use super::fields::{FieldSource, read_fields};
use super::fuzzy::fold;
use super::labels::{Label, LabelIndex, Print, Target, find_labels};
use super::meaning::Meanings;
use super::placing::{ColumnHead, Views, place};
use super::sheet::{Sheet, Token};
use super::stated::texts_in;
use super::zones::Surroundings;
use crate::decode::FormValue;
use crate::geometry::Rect;
use crate::ocr::LineReader;
use crate::page::{MarkBand, PreparedPage};
use crate::reading::{FormReading, FoundLabel, Registration};
use crate::rules::{FieldDefinition, FieldKind, FormDefinition};

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

/// Letters from which a label is more than a short word.
const WORDY: usize = 6;

impl<'a> Fit<'a> {
    /// Finds the labels of `form` on `sheet`.
    pub fn new(form: &'a FormDefinition, sheet: &Sheet) -> Fit<'a> {
        let mut labels = find_labels(sheet, &LabelIndex::of_pack(form), form);
        // A word of running text that is a letter off ("sits" for "site") is no label, however wide the typeface's spaces.
        labels.retain(|label| label.distance == 0.0 || label.letters >= WORDY || !sheet.ends_prose(&label.rect));
        // Nor are small words between small words, whatever they say: "… without any deficiency (labs attached", "contract had been signed".
        let may_be_prose = |label: &Label| matches!(label.target, Target::Field(_) | Target::Heading(_));
        // Nor is the end of a paragraph, however it is worded: "… can be | delayed if it lacks details."
        let is_prose = |place: &Rect| sheet.in_sentence(place) || sheet.ends_paragraph(place);
        labels.retain(|label| !may_be_prose(label) || !is_prose(&label.rect));
        Fit { form, labels }
    }

    /// The same without the labels of fields that words in the paragraphs of the form's terms were taken for.
    pub fn without_terms(mut self, sheet: &Sheet) -> Fit<'a> {
        let paragraphs = sheet.paragraphs();
        let in_terms = |label: &Label| {
            paragraphs.iter().any(|part| part.holds(&label.rect)) || sheet.in_column_of_text(&label.rect)
        };
        self.labels.retain(|label| !matches!(label.target, Target::Field(_)) || !in_terms(label));
        self
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

    /// Without the labels that are headings of a list's columns: "Name" over the users of an account is no field.
    fn without_headings(&self, page: &FormPage<'_>) -> Fit<'a> {
        let kind = |label: &Label| match label.target {
            Target::Field(field) => Some(self.form.fields[field].kind),
            _ => None,
        };
        let around = Surroundings::new(page.page, &self.labels, page.sheet.letter_height);
        let lists = self.labels.iter().filter(|label| kind(label) == Some(FieldKind::Lines));
        let tables: Vec<Rect> = lists.filter_map(|label| around.table_below(label)).collect();
        let heads = |label: &&Label| kind(label).is_some() && tables.iter().any(|table| table.holds(&label.rect));
        Fit { form: self.form, labels: self.labels.iter().filter(|label| !heads(label)).cloned().collect() }
    }

    /// Reads every field and choice of the fitted form.
    pub fn read(
        &self,
        page: &FormPage<'_>,
        second: Option<&mut (dyn LineReader + '_)>,
        digits: Option<&mut (dyn LineReader + '_)>,
    ) -> FormReading {
        self.without_headings(page).read_all(page, second, digits)
    }

    fn read_all(
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
        let heading = |field: usize, zone: &Rect| column_heading(&self.form.fields[field], page.sheet, zone);
        let next_caption = |label: &Rect| page.sheet.caption_behind(label);
        let unknown_label = |kind: FieldKind, zone: &Rect| {
            let single = !kind.is_paragraph() && !matches!(kind, FieldKind::DateList | FieldKind::Ink);
            single.then(|| page.sheet.label_in(zone, kind == FieldKind::Name)).flatten()
        };
        let views = Views {
            ink: &ink,
            text: &text,
            prose_above: &prose_above,
            heading: &heading,
            next_caption: &next_caption,
            unknown_label: &unknown_label,
        };
        let (placed, style) = place(&around, self.form, &self.labels, &views);
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
        let struck = if self.form.terms.is_empty() { Vec::new() } else { struck_lines(page.page, page.sheet) };
        FormReading { form: self.form.id.clone(), registration, fields, choices, struck }
    }

    fn name(&self, target: Target) -> String {
        match target {
            Target::Title => "title".to_owned(),
            Target::Anchor => "anchor".to_owned(),
            // What is found of a part is found of its whole.
            Target::Field(i) => self.form.fields[i].whole().to_owned(),
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
        let found: Vec<String> = self.labels.iter().map(|label| self.name(label.target)).collect();
        let parts = |target: &Target| matches!(target, Target::Field(i) if self.form.fields[*i].part_of.is_some());
        let all = fields.chain(options).filter(|target| !parts(target)).map(|target| self.name(target));
        all.filter(|name| !found.contains(name)).collect()
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

/// Lines through running text: ink of letters lies right above such a line and right below it, which no underline has. What the reader made
/// of a struck row tells nothing, and a thick stroke through letters is no ruling, so the ink itself is asked, within the text's rows.
fn struck_lines(page: &PreparedPage, sheet: &Sheet) -> Vec<Rect> {
    let h = sheet.letter_height;
    let paragraphs = sheet.paragraphs();
    // A row that is struck is no running text to a reader: the first and the last may lie beyond all others.
    let near_text = BESIDE * h / 2;
    let Some(text) = Rect::bounding(&paragraphs).map(|text| text.inflate(0, near_text)) else { return Vec::new() };
    let crosses =
        |line: &Rect| page.rulings.vertical.iter().any(|side| side.rect.inflate(2, 2).intersect(line).area() > 0);
    let in_text = |line: &Rect| paragraphs.iter().any(|row| (row.center_y() - line.center_y()).abs() < near_text);
    let mut lines: Vec<Rect> = Vec::new();
    for y in text.top..text.bottom {
        let Some((left, right)) = longest_run(page, y, &text).filter(|(left, right)| right - left >= 12 * h) else {
            continue;
        };
        let row = Rect::new(left, y, right, y + 1);
        match lines.last_mut() {
            Some(line) if line.bottom == y && line.overlap_x(&row) > 0 => *line = line.union(&row),
            _ => lines.push(row),
        }
    }
    let near = (h / 5).max(3);
    let is_through = |line: &Rect| {
        let above = Rect { top: line.top - near, bottom: line.top, ..*line };
        let below = Rect { top: line.bottom, bottom: line.bottom + near, ..*line };
        // In the ink without rulings: a table's own line that lies aslant has pieces of itself above and below.
        let dense = |band: &Rect| page.writing.count(band) as f32 >= LETTERS * band.area() as f32;
        line.height() < h && dense(&above) && dense(&below) && in_text(line) && !crosses(line)
    };
    lines.retain(is_through);
    lines
}

/// The longest run of ink in a row of pixels, small gaps over.
fn longest_run(page: &PreparedPage, y: i32, within: &Rect) -> Option<(i32, i32)> {
    const GAP: i32 = 3;
    let mut best: Option<(i32, i32)> = None;
    let mut run: Option<(i32, i32)> = None;
    for x in (within.left..within.right).filter(|&x| page.ink.get(x, y)) {
        run = match run {
            Some((left, right)) if x - right <= GAP => Some((left, x + 1)),
            _ => Some((x, x + 1)),
        };
        let length = |run: Option<(i32, i32)>| run.map_or(0, |(left, right)| right - left);
        if length(run) > length(best) {
            best = run;
        }
    }
    best
}

/// Half letter heights between a struck row and running text.
const BESIDE: i32 = 8;

/// Share of a band through the middle of letters that is ink.
const LETTERS: f32 = 0.1;

/// The first row in `zone`, where it heads the field's column: where the row ends, and where the heading of the next column begins.
fn column_heading(field: &FieldDefinition, sheet: &Sheet, zone: &Rect) -> Option<ColumnHead> {
    let tokens = sheet.tokens_in(zone);
    let row = sheet.tokens[*tokens.first()?].row;
    let first: Vec<&Token> = tokens.iter().map(|&t| &sheet.tokens[t]).take_while(|token| token.row == row).collect();
    let own = first.iter().skip(1).take_while(|token| !token.starts_segment).count() + 1;
    let text = |tokens: &[&Token]| fold(&tokens.iter().map(|token| token.text.as_str()).collect::<Vec<_>>().join(" "));
    let is_heading = |text: &str| field.headings.iter().any(|heading| fold(heading) == text);
    let bottom = first.iter().map(|token| token.rect.bottom).max()?;
    if is_heading(&text(&first)) {
        return Some((bottom, None));
    }
    let next = first.get(own).map(|token| token.rect.left);
    is_heading(&text(&first[..own])).then_some((bottom, next))
}

#[cfg(test)]
#[path = "form_tests.rs"]
mod tests;
