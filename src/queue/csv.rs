//! queue.csv: RFC 4180, UTF-8 with a byte order mark, CRLF, and no cell that a spreadsheet would run.

use std::io::{self, Write};

use super::row::{COLUMNS, Row};

/// Writes the queue.
pub fn write_queue<W: Write>(out: W, rows: &[Row]) -> io::Result<()> {
    let mut out = out;
    // Excel takes a CSV without the mark for the local code page and breaks every accent.
    out.write_all("\u{feff}".as_bytes())?;
    let mut csv = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(out);
    csv.write_record(COLUMNS).map_err(io::Error::other)?;
    for row in rows {
        csv.write_record(row.cells().iter().map(|cell| harmless(cell))).map_err(io::Error::other)?;
    }
    csv.flush()
}

/// A cell that a spreadsheet would take for a formula gets a leading apostrophe.
pub fn harmless(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_stays_text() {
        for cell in ["=cmd()", "+1", "-1", "@x", "\tx", "\rx"] {
            assert_eq!(harmless(cell), format!("'{cell}"));
        }
        assert_eq!(harmless("O'Brien"), "O'Brien");
    }

    #[test]
    fn lines_end_in_crlf_behind_a_mark() {
        let mut out = Vec::new();
        let row = Row { member_name: "Peña, \"Ana\"".into(), ..Row::default() };
        write_queue(&mut out, &[row]).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.starts_with("\u{feff}request_id,status,"));
        assert!(text.contains("\"Peña, \"\"Ana\"\"\""));
        assert_eq!(text.matches("\r\n").count(), 2);
    }

    proptest::proptest! {
        #[test]
        fn any_cell_comes_back_and_none_is_a_formula(cells in proptest::collection::vec("[=+@,;'\"\\-\\t\\r\\n a-zñé\u{feff}\u{202e}]{0,9}", 3)) {
            let row = Row {
                member_name: cells[0].clone(),
                source_file: cells[1].clone(),
                explanation: cells[2].clone(),
                ..Row::default()
            };
            let mut out = Vec::new();
            write_queue(&mut out, &[row]).unwrap();
            let text = String::from_utf8(out).unwrap();
            let mut read = ::csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
            let record = read.records().next().unwrap().unwrap();
            for (column, cell) in [("member_name", &cells[0]), ("source_file", &cells[1]), ("explanation", &cells[2])] {
                let found = &record[COLUMNS.iter().position(|name| *name == column).unwrap()];
                proptest::prop_assert_eq!(found, harmless(cell));
                proptest::prop_assert!(!found.starts_with(['=', '+', '-', '@', '\t', '\r']));
            }
        }
    }
}
