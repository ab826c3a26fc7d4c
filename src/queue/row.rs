//! One row of the work queue.

use serde::{Deserialize, Serialize};

use crate::answer::{Answer, Mark, Reading};
use crate::assemble::{Request, RequestKind};
use crate::reading::Value;
use crate::rules::{
    Context, DATE_COLUMNS, Finding, NOT_OF_PORTAL, Severity, lowest_confidence, priority, review_fields, status,
};

/// The columns of queue.csv, in order. Programs and spreadsheets rely on them: add at the end, never change silently.
pub const COLUMNS: [&str; 32] = [
    "request_id",
    "status",
    "priority",
    "deficiencies",
    "warnings",
    "notes",
    "review_fields",
    "explanation",
    "received_at",
    "source_file",
    "pages",
    "form",
    "member_name",
    "member_id",
    "member_dob",
    "member_phone",
    "provider_name",
    "provider_npi",
    "provider_phone",
    "provider_fax",
    "request_date",
    "reasons",
    "missed_appointments",
    "narrative",
    "signature",
    "letter",
    "letter_date",
    "letter_language",
    "attachments",
    "confidence",
    "duplicate_of",
    "rules_version",
];

/// A row as the CSV holds it; every cell is text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    pub request_id: String,
    pub status: String,
    pub priority: String,
    pub deficiencies: Vec<String>,
    pub warnings: Vec<String>,
    pub notes: Vec<String>,
    pub review_fields: Vec<String>,
    pub explanation: String,
    pub received_at: String,
    pub source_file: String,
    pub pages: String,
    pub form: String,
    pub member_name: String,
    pub member_id: String,
    pub member_dob: String,
    pub member_phone: String,
    pub provider_name: String,
    pub provider_npi: String,
    pub provider_phone: String,
    pub provider_fax: String,
    pub request_date: String,
    pub reasons: String,
    pub missed_appointments: String,
    pub narrative: String,
    pub signature: String,
    pub letter: String,
    pub letter_date: String,
    pub letter_language: String,
    pub attachments: String,
    pub confidence: String,
    pub duplicate_of: String,
    pub rules_version: String,
}

impl Row {
    /// The row of `request` with what the rules found.
    pub fn new(request: &Request, findings: &[Finding], facts: &Context<'_>) -> Row {
        let review = review_fields(request, findings, facts);
        let status = status(request, findings, &review, facts);
        let codes = |severity: Severity| -> Vec<String> {
            let unmet = findings.iter().filter(|f| f.severity == severity && f.answer == Answer::NotMet);
            let mut codes: Vec<String> = Vec::new();
            for finding in unmet {
                if !codes.contains(&finding.code) {
                    codes.push(finding.code.clone());
                }
            }
            codes
        };
        let mut notes = codes(Severity::Note);
        for note in &request.notes {
            if !notes.contains(note) {
                notes.push(note.clone());
            }
        }
        let letter = request.letter();
        let unmet = |code: &str| findings.iter().any(|f| f.code == code && f.answer == Answer::NotMet);
        // A form for several members is about no one of them: a value in the column would be taken for the member's.
        let of_no_member = request.kind == RequestKind::Portal || unmet("multiple-members");
        let member = |column: &str| if of_no_member { String::new() } else { column_value(request, column) };
        // A number that looks like a social security number never leaves the program.
        let masked = unmet("member-id-looks-like-ssn");
        Row {
            request_id: request.id.clone(),
            status: status.name().to_owned(),
            priority: priority(findings).name().to_owned(),
            deficiencies: codes(Severity::Deficiency),
            warnings: codes(Severity::Warning),
            notes,
            explanation: explanation(findings),
            received_at: request.received_at.clone().unwrap_or_default(),
            source_file: request.source_file.clone(),
            pages: page_ranges(&request.pages),
            form: request.form.clone().unwrap_or_default(),
            member_name: member("member_name"),
            member_id: if masked { String::new() } else { member("member_id") },
            member_dob: member("member_dob"),
            member_phone: member("member_phone"),
            provider_name: column_value(request, "provider_name"),
            provider_npi: column_value(request, "provider_npi"),
            provider_phone: column_value(request, "provider_phone"),
            provider_fax: column_value(request, "provider_fax"),
            request_date: column_value(request, "request_date"),
            reasons: reasons(request),
            missed_appointments: column_value(request, "missed_appointments"),
            narrative: presence(request, "narrative", "unreadable"),
            signature: presence(request, "signature", "unclear"),
            letter: letter_state(request).to_owned(),
            letter_date: letter
                .and_then(|l| l.facts.date.value())
                .map_or_else(String::new, |date| Value::Date(*date).to_column()),
            letter_language: letter.and_then(|l| l.facts.language.clone()).unwrap_or_default(),
            attachments: attachments(request),
            confidence: lowest_confidence(request, facts)
                .map_or_else(String::new, |lowest| lowest.percent().to_string()),
            duplicate_of: request.duplicate_of.clone().unwrap_or_default(),
            rules_version: facts.pack.rules_version(),
            review_fields: review,
        }
    }

    /// Whether the number in the place of the member's id must not be shown.
    pub fn is_masked(&self) -> bool {
        self.warnings.iter().any(|code| code == "member-id-looks-like-ssn")
    }

    /// The cells in the order of [`COLUMNS`].
    pub fn cells(&self) -> [String; 32] {
        [
            self.request_id.clone(),
            self.status.clone(),
            self.priority.clone(),
            self.deficiencies.join(";"),
            self.warnings.join(";"),
            self.notes.join(";"),
            self.review_fields.join(";"),
            self.explanation.clone(),
            self.received_at.clone(),
            self.source_file.clone(),
            self.pages.clone(),
            self.form.clone(),
            self.member_name.clone(),
            self.member_id.clone(),
            self.member_dob.clone(),
            self.member_phone.clone(),
            self.provider_name.clone(),
            self.provider_npi.clone(),
            self.provider_phone.clone(),
            self.provider_fax.clone(),
            self.request_date.clone(),
            self.reasons.clone(),
            self.missed_appointments.clone(),
            self.narrative.clone(),
            self.signature.clone(),
            self.letter.clone(),
            self.letter_date.clone(),
            self.letter_language.clone(),
            self.attachments.clone(),
            self.confidence.clone(),
            self.duplicate_of.clone(),
            self.rules_version.clone(),
        ]
    }
}

fn explanation(findings: &[Finding]) -> String {
    let mut sentences: Vec<&str> = Vec::new();
    for finding in findings.iter().filter(|f| f.answer == Answer::NotMet && !f.note.is_empty()) {
        if !sentences.contains(&finding.note.as_str()) {
            sentences.push(&finding.note);
        }
    }
    sentences.join(" ")
}

fn column_value(request: &Request, column: &str) -> String {
    if request.kind == RequestKind::Portal && NOT_OF_PORTAL.contains(&column) {
        return String::new();
    }
    match request.field(column).map(|f| &f.reading) {
        Some(Reading::Read(Value::Text(_))) if DATE_COLUMNS.contains(&column) => String::new(),
        Some(Reading::Read(value)) => value.to_column(),
        Some(Reading::Blank | Reading::Unreadable) | None => String::new(),
    }
}

fn presence(request: &Request, field: &str, unreadable: &str) -> String {
    let state = match request.field(field).map(|f| &f.reading) {
        Some(Reading::Read(_)) => "present",
        Some(Reading::Blank) => "blank",
        Some(Reading::Unreadable) => unreadable,
        None => "",
    };
    state.to_owned()
}

fn reasons(request: &Request) -> String {
    let mut reasons: Vec<&str> = request
        .choices
        .iter()
        .filter(|c| c.choice == "reasons")
        .flat_map(|c| c.options.iter())
        .filter(|o| o.mark == Mark::Checked)
        .map(|o| o.option.as_str())
        .collect();
    reasons.sort_unstable();
    reasons.dedup();
    reasons.join(";")
}

fn letter_state(request: &Request) -> &'static str {
    match (&request.kind, request.letter()) {
        (RequestKind::Reassignment | RequestKind::LetterOnly, Some(letter)) => match letter.same_member {
            Answer::CannotTell => "unclear",
            Answer::Met | Answer::NotMet => "attached",
        },
        (RequestKind::Reassignment, None) => "missing",
        _ => "",
    }
}

fn attachments(request: &Request) -> String {
    let mut names: Vec<&str> = request.attachments.iter().map(|a| a.kind.name()).collect();
    names.sort_unstable();
    names.dedup();
    names.join(";")
}

/// `1-3,5` from sorted page numbers.
pub fn page_ranges(pages: &[u32]) -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for &page in pages {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == page => *last = page,
            _ => ranges.push((page, page)),
        }
    }
    let texts: Vec<String> = ranges
        .iter()
        .map(|(first, last)| if first == last { first.to_string() } else { format!("{first}-{last}") })
        .collect();
    texts.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_pages_are_folded() {
        assert_eq!(page_ranges(&[2, 3, 4]), "2-4");
        assert_eq!(page_ranges(&[2, 5]), "2,5");
        assert_eq!(page_ranges(&[1, 2, 4, 6, 7]), "1-2,4,6-7");
        assert_eq!(page_ranges(&[]), "");
    }

    #[test]
    fn cells_follow_the_columns() {
        let row = Row { request_id: "a".into(), rules_version: "z".into(), pages: "1".into(), ..Row::default() };
        let cells = row.cells();
        assert_eq!(cells.len(), COLUMNS.len());
        let at = |name: &str| cells[COLUMNS.iter().position(|c| *c == name).unwrap()].as_str();
        assert_eq!((at("request_id"), at("pages"), at("rules_version")), ("a", "1", "z"));
    }
}
