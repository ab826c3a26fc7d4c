//! What a reader's text means for a kind of field.

use chrono::NaiveDate;

use super::values::{
    DateContext, IdShape, parse_date, parse_date_list, read_member_id, read_name, read_npi, read_phone,
};
use super::vote::{FormatFit, Meaning};
use crate::reading::Value;
use crate::rules::{DateWords, FieldKind};

/// What values are read against.
pub struct Meanings<'a> {
    /// The day the fax was received (or the as-of date): what two-digit years pivot on.
    pub reference: NaiveDate,
    pub words: &'a DateWords,
    /// Numeric dates are written day first.
    pub day_first: bool,
}

/// What `text` means in a field of `kind`; `None` when it means nothing there.
pub fn read_value(kind: FieldKind, text: &str, meanings: &Meanings<'_>) -> Option<Meaning> {
    let context = DateContext { reference: meanings.reference, day_first: meanings.day_first, words: meanings.words };
    match kind {
        FieldKind::Name => {
            let name = read_name(text);
            let format = if name.certain { FormatFit::Free } else { FormatFit::Misfit };
            Some(Meaning { value: Value::Text(name.value?), format, repaired: name.repaired })
        }
        FieldKind::MemberId => {
            let id = read_member_id(text);
            let format = match id.shape {
                IdShape::Cin if id.certain => FormatFit::Checked,
                IdShape::Cin | IdShape::Ssn => FormatFit::Shape,
                IdShape::NearCin | IdShape::Other => FormatFit::Misfit,
            };
            Some(Meaning { value: Value::Text(id.value?), format, repaired: id.repaired })
        }
        FieldKind::Npi => {
            let npi = read_npi(text);
            let format = if npi.valid { FormatFit::Checked } else { FormatFit::Misfit };
            Some(Meaning { value: Value::Text(npi.value?), format, repaired: npi.repaired })
        }
        FieldKind::Date => {
            let date = parse_date(text, &context);
            let format = if date.certain { FormatFit::Shape } else { FormatFit::Misfit };
            Some(Meaning { value: Value::Date(date.best?), format, repaired: date.repaired })
        }
        FieldKind::DateList => {
            let dates = parse_date_list(text, &context);
            if dates.entries.is_empty() {
                return None;
            }
            let format = if dates.certain { FormatFit::Shape } else { FormatFit::Misfit };
            Some(Meaning { value: Value::Dates(dates.entries), format, repaired: dates.repaired })
        }
        FieldKind::Phone => {
            let phone = read_phone(text);
            let format = if phone.certain { FormatFit::Shape } else { FormatFit::Misfit };
            Some(Meaning { value: Value::Text(phone.value?), format, repaired: phone.repaired })
        }
        FieldKind::Text | FieldKind::Block => {
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            (!text.is_empty()).then_some(Meaning { value: Value::Text(text), format: FormatFit::Free, repaired: false })
        }
        FieldKind::Lines => {
            let lines: Vec<String> = text.lines().map(|l| l.trim().to_owned()).filter(|l| !l.is_empty()).collect();
            (!lines.is_empty()).then_some(Meaning {
                value: Value::Lines(lines),
                format: FormatFit::Free,
                repaired: false,
            })
        }
        FieldKind::Ink => Some(Meaning { value: Value::Present, format: FormatFit::Free, repaired: false }),
    }
}
