//! Pictures of the fields that a run had wrong, so that the next maintainer sees what the readers saw.

use std::path::Path;

use image::{ImageFormat, ImageReader};

use super::RunError;
use super::folder::{new_private_folder, write_whole};
use crate::geometry::Rect;
use crate::queue::Record;

/// Most errors that are cut out.
const MOST: usize = 100;
/// White that is left around a place, as a share of its height.
const MARGIN: f32 = 0.6;

/// Writes a picture of each of the `worst` errors (confidence, request id, column), surest first, into the folder `to`, as
/// `001-member_id-<request id>-p2.png`. Returns how many there are: a column that stands in no one place has none, nor has a run without
/// pictures of its pages.
///
/// # Errors
/// The folder or a file cannot be written.
pub fn write_worst(
    run: &Path,
    records: &[Record],
    worst: &[(f32, String, String)],
    to: &Path,
) -> Result<usize, RunError> {
    new_private_folder(to)?;
    let mut written = 0;
    for (rank, (_, id, column)) in (1..).zip(worst.iter().take(MOST)) {
        let Some(record) = records.iter().find(|record| record.row.request_id == *id) else { continue };
        for (page, place) in places(record, column) {
            let facts = record.pages.iter().find(|facts| facts.page == page);
            let Some(png) =
                facts.and_then(|facts| facts.image.as_deref()).and_then(|image| cut(&run.join(image), &place))
            else {
                continue;
            };
            let name = format!("{rank:03}-{column}-{id}-p{page}.png");
            write_whole(&to.join(name), |out| out.write_all(&png))?;
            written += 1;
        }
    }
    Ok(written)
}

/// Where a column's value stands, page by page.
fn places(record: &Record, column: &str) -> Vec<(u32, Rect)> {
    let request = &record.request;
    if let Some(field) = request.field(column) {
        let place = field.ink.map_or(field.zone, |ink| field.zone.union(&ink));
        return vec![(field.page, place)];
    }
    let options = request.choices.iter().filter(|choice| choice.choice == column).flat_map(|choice| &choice.options);
    let boxes: Vec<(u32, Rect)> = options.map(|option| (option.page, option.rect)).collect();
    let mut pages: Vec<u32> = boxes.iter().map(|(page, _)| *page).collect();
    pages.sort_unstable();
    pages.dedup();
    let on = |page: u32| Rect::bounding(boxes.iter().filter(|(other, _)| *other == page).map(|(_, rect)| rect));
    pages.into_iter().filter_map(|page| Some((page, on(page)?))).collect()
}

/// The place cut out of a page's picture; none where the picture is gone or is none.
fn cut(image: &Path, place: &Rect) -> Option<Vec<u8>> {
    let page = ImageReader::open(image).ok()?.with_guessed_format().ok()?.decode().ok()?;
    let margin = (place.height() as f32 * MARGIN) as i32;
    let bounds = Rect::new(0, 0, i32::try_from(page.width()).ok()?, i32::try_from(page.height()).ok()?);
    let cut = place.inflate(margin, margin).intersect(&bounds);
    if cut.is_empty() {
        return None;
    }
    let unsigned = |x: i32| u32::try_from(x).ok();
    let part = page.crop_imm(unsigned(cut.left)?, unsigned(cut.top)?, unsigned(cut.width())?, unsigned(cut.height())?);
    let mut png = std::io::Cursor::new(Vec::new());
    part.write_to(&mut png, ImageFormat::Png).ok()?;
    Some(png.into_inner())
}
