//! queue.xlsx: the queue for people who open it in a spreadsheet. Every cell is text, so that no id loses a zero and nothing is run.

use rust_xlsxwriter::{Color, DocProperties, ExcelDateTime, Format, FormatAlign, Url, Workbook, XlsxError};

use super::row::{COLUMNS, Row};

/// Characters of the widest columns; what is longer is cut off on the screen only.
const WIDTHS: [(&str, f64); 6] = [
    ("explanation", 60.0),
    ("deficiencies", 28.0),
    ("warnings", 28.0),
    ("review_fields", 28.0),
    ("source_file", 32.0),
    ("received_at", 20.0),
];

/// The most characters that a cell may hold.
const MOST: usize = 32_767;

/// The most links of a sheet; further ids are plain text.
const MOST_LINKS: usize = 65_000;

/// The queue as the bytes of a workbook. The same rows give the same bytes.
///
/// # Errors
/// More rows than a sheet can hold.
pub fn write_xlsx(rows: &[Row]) -> Result<Vec<u8>, String> {
    book(rows).map_err(|error| format!("cannot write the workbook: {error}"))
}

fn book(rows: &[Row]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    // A fixed day: the book says nothing of the clock, and is the same whenever it is written.
    let created = ExcelDateTime::from_ymd(2000, 1, 1)?;
    book.set_properties(&DocProperties::new().set_title("Work queue").set_creation_datetime(&created));
    let head = Format::new().set_bold().set_background_color(Color::RGB(0xE9ECEF)).set_align(FormatAlign::Top);
    let text = Format::new().set_num_format("@").set_align(FormatAlign::Top);
    let sheet = book.add_worksheet();
    sheet.set_name("Queue")?;
    sheet.set_freeze_panes(1, 2)?;
    for (column, name) in (0..).zip(COLUMNS) {
        sheet.write_string_with_format(0, column, name, &head)?;
        let width = WIDTHS.iter().find(|(wide, _)| *wide == name).map_or(16.0, |(_, width)| *width);
        sheet.set_column_width(column, width)?;
    }
    for (line, row) in (1..).zip(rows) {
        for (column, (cell, name)) in (0..).zip(row.cells().iter().zip(COLUMNS)) {
            let shown: String = cell.chars().take(MOST).collect();
            match name {
                "request_id" if (line as usize) < MOST_LINKS => {
                    let link = Url::new(format!("file:///report.html#{cell}")).set_text(shown);
                    sheet.write_url(line, column, link)?;
                }
                "status" => {
                    sheet.write_string_with_format(line, column, shown, &coloured(cell))?;
                }
                _ if cell.is_empty() => {}
                _ => {
                    sheet.write_string_with_format(line, column, shown, &text)?;
                }
            }
        }
    }
    let last = u32::try_from(rows.len()).unwrap_or(u32::MAX);
    sheet.autofilter(0, 0, last, u16::try_from(COLUMNS.len() - 1).unwrap_or(0))?;
    book.save_to_buffer()
}

/// Colours beside the word, never instead of it.
fn coloured(status: &str) -> Format {
    let (ink, ground) = match status {
        "complete" => (0x17633A, 0xE3F3E9),
        "deficient" => (0xA3123A, 0xFBE4EA),
        "review" => (0x7A4B00, 0xFFF3D6),
        "unreadable" => (0x6A3591, 0xF0E6F8),
        _ => (0x4D5561, 0xECEFF2),
    };
    Format::new()
        .set_bold()
        .set_font_color(Color::RGB(ink))
        .set_background_color(Color::RGB(ground))
        .set_align(FormatAlign::Top)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<Row> {
        let row = |id: &str, name: &str| Row {
            request_id: id.to_owned(),
            status: "review".to_owned(),
            member_name: name.to_owned(),
            provider_npi: "0123456789".to_owned(),
            ..Row::default()
        };
        vec![row("a-1", "=cmd()"), row("b-1", "<script>alert(1)</script>")]
    }

    #[test]
    fn the_same_rows_give_the_same_bytes() {
        let first = write_xlsx(&rows()).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(1100));
        assert_eq!(first, write_xlsx(&rows()).unwrap(), "a second later");
        assert!(first.starts_with(b"PK"));
    }

    #[test]
    fn an_empty_night_is_a_workbook_too() {
        assert!(write_xlsx(&[]).unwrap().starts_with(b"PK"));
    }
}
